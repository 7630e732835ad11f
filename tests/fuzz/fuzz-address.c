/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <foliot/foliot-address.h>

#include <string.h>

/* The host of a base url that reads back as itself and does not ask the resolver. */
static gboolean
reads_back (const FoliotAddress *address)
{
  const char *host = foliot_address_get_host (address);

  if (foliot_address_get_kind (address) != FOLIOT_ADDRESS_TCP)
    return TRUE;
  return *host != '\0' && *host != '[' && strcmp (host, "::") != 0 && strcmp (host, "0.0.0.0") != 0;
}

static void
check_address (FoliotAddress *address, const GError *error)
{
  g_autoptr (FoliotAddress) again = NULL;

  g_assert_true ((address != NULL) != (error != NULL));
  if (error != NULL)
    {
      g_assert_true (g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return;
    }
  g_assert_true (g_utf8_validate (foliot_address_get_repr (address), -1, NULL));
  if (!reads_back (address))
    return;
  again = foliot_address_parse (foliot_address_get_base_url (address), NULL);
  g_assert_nonnull (again);
  g_assert_true (foliot_address_equal (again, address));
  g_assert_cmpuint (foliot_address_hash (again), ==, foliot_address_hash (address));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *url = g_strndup ((const char *) data, size);
  g_autofree char *agent_id = NULL;
  g_autoptr (GError) error = NULL, agent_error = NULL;
  g_autoptr (FoliotAddress) address = foliot_address_parse (url, &error);
  g_autoptr (FoliotAddress) agent_address = foliot_address_parse_agent (url, &agent_id, &agent_error);

  check_address (address, error);
  check_address (agent_address, agent_error);
  if (agent_address != NULL)
    g_assert_true (*agent_id != '\0' && g_str_has_suffix (url, agent_id));
  return 0;
}
