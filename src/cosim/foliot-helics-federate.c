/* SPDX-License-Identifier: MIT */
#include "cosim/foliot-helics-federate-private.h"

#include <string.h>

/*
 * Questions in, answers out: the federate hears exactly what the journal records as having gone out, and what it says is
 * exactly what comes in. So nothing that a replay does not see can reach the world.
 *
 * Values of Foliot belong to the thread that made them; between the threads go bytes.
 */

#define FIRST_INTEGER_PROPERTY 200 /* below it are times */
#define LOG_LEVEL_NO_PRINT     (-4)
#define LOG_LEVEL_PROPERTIES                                                                                 \
  {                                                                                                          \
    "log_level", "console_log_level"                                                                         \
  }

struct _FoliotHelicsFederate
{
  FoliotHelicsSetup *setup;
  const FoliotHelicsLibrary *library;
  FoliotCodec *codec;
  GHashTable *publications; /* key → FoliotHelicsInterface */
  GHashTable *endpoints;    /* likewise */
  GMutex mutex;
  void *handle; /* the library's; NULL: none yet; under the mutex */
};

static GHashTable *
index_by_key (GPtrArray *interfaces)
{
  GHashTable *table = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < interfaces->len; i++)
    {
      FoliotHelicsInterface *interface = g_ptr_array_index (interfaces, i);

      g_hash_table_insert (table, interface->key, interface);
    }
  return table;
}

FoliotHelicsFederate *
_foliot_helics_federate_new (FoliotHelicsSetup *setup)
{
  FoliotHelicsFederate *self = g_new0 (FoliotHelicsFederate, 1);

  self->setup = setup;
  self->library = &setup->library;
  self->codec = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  self->publications = index_by_key (setup->publications);
  self->endpoints = index_by_key (setup->endpoints);
  g_mutex_init (&self->mutex);
  return self;
}

void
_foliot_helics_federate_free (FoliotHelicsFederate *self)
{
  FoliotHelicsCallError error = { 0 };

  if (self->handle != NULL)
    {
      self->library->FederateDisconnect (self->handle, &error);
      self->library->FederateFree (self->handle);
    }
  g_object_unref (self->codec);
  g_hash_table_unref (self->publications);
  g_hash_table_unref (self->endpoints);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
_foliot_helics_federate_break_off (FoliotHelicsFederate *self)
{
  FoliotHelicsCallError error = { 0 };

  g_mutex_lock (&self->mutex);
  if (self->handle != NULL)
    self->library->FederateDisconnectAsync (self->handle, &error);
  g_mutex_unlock (&self->mutex);
}

/* Returns: whether the call went well: what was being done, and with what. */
static gboolean
check (const FoliotHelicsCallError *call, FoliotHelicsError code, GError **error, const char *doing,
       const char *what)
{
  if (call->code != 0)
    g_set_error (error, FOLIOT_HELICS_ERROR, code, "HELICS: %s %s: %s (code %d)", doing, what,
                 call->message != NULL && call->message[0] != '\0' ? call->message : "no reason given",
                 call->code);
  return call->code == 0;
}

/* -- entering ------------------------------------------------------------------------------------------------------ */

static gboolean
set_flags (FoliotHelicsFederate *self, void *info, GError **error)
{
  const GArray *flags = self->setup->flags;

  for (guint i = 0; i < flags->len; i++)
    {
      const FoliotHelicsSetting *flag = &g_array_index (flags, FoliotHelicsSetting, i);
      FoliotHelicsCallError call = { 0 };
      int index = self->library->GetFlagIndex (flag->name);

      if (index < 0)
        {
          g_set_error (error, FOLIOT_HELICS_ERROR, FOLIOT_HELICS_ERROR_REFUSED,
                       "HELICS: there is no flag \"%s\"", flag->name);
          return FALSE;
        }
      self->library->FederateInfoSetFlagOption (info, index, flag->value != 0.0, &call);
      if (!check (&call, FOLIOT_HELICS_ERROR_REFUSED, error, "flag", flag->name))
        return FALSE;
    }
  return TRUE;
}

static gboolean
set_properties (FoliotHelicsFederate *self, void *info, GError **error)
{
  const GArray *properties = self->setup->properties;

  for (guint i = 0; i < properties->len; i++)
    {
      const FoliotHelicsSetting *property = &g_array_index (properties, FoliotHelicsSetting, i);
      FoliotHelicsCallError call = { 0 };
      int index = self->library->GetPropertyIndex (property->name);

      if (index < 0)
        {
          g_set_error (error, FOLIOT_HELICS_ERROR, FOLIOT_HELICS_ERROR_REFUSED,
                       "HELICS: there is no property \"%s\"", property->name);
          return FALSE;
        }
      if (index < FIRST_INTEGER_PROPERTY)
        self->library->FederateInfoSetTimeProperty (info, index, property->value, &call);
      else
        self->library->FederateInfoSetIntegerProperty (info, index, (int) property->value, &call);
      if (!check (&call, FOLIOT_HELICS_ERROR_REFUSED, error, "property", property->name))
        return FALSE;
    }
  return TRUE;
}

/* What it would print is in the error that it returns; a property of the user's comes later and wins. */
static void
silence (FoliotHelicsFederate *self, void *info)
{
  static const char *const levels[] = LOG_LEVEL_PROPERTIES;
  FoliotHelicsCallError call = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    self->library->FederateInfoSetIntegerProperty (info, self->library->GetPropertyIndex (levels[i]),
                                                   LOG_LEVEL_NO_PRINT, &call);
}

static gboolean
describe (FoliotHelicsFederate *self, void *info, GError **error)
{
  const FoliotHelicsSetup *setup = self->setup;
  g_autofree char *words
      = g_strconcat ("--loglevel=no_print ", setup->core_init != NULL ? setup->core_init : "", NULL);
  FoliotHelicsCallError call = { 0 };

  self->library->FederateInfoSetCoreTypeFromString (info, setup->core, &call);
  if (!check (&call, FOLIOT_HELICS_ERROR_REFUSED, error, "core type", setup->core))
    return FALSE;
  self->library->FederateInfoSetCoreInitString (info, words, &call);
  if (setup->broker != NULL)
    self->library->FederateInfoSetBroker (info, setup->broker, &call);
  if (!check (&call, FOLIOT_HELICS_ERROR_REFUSED, error, "broker", setup->broker))
    return FALSE;
  silence (self, info);
  return set_flags (self, info, error) && set_properties (self, info, error);
}

static gboolean
create_federate (FoliotHelicsFederate *self, GError **error)
{
  const FoliotHelicsSetup *setup = self->setup;
  void *info = self->library->CreateFederateInfo ();
  FoliotHelicsCallError call = { 0 };
  void *federate = NULL;

  if (describe (self, info, error))
    {
      g_autofree char *place
          = g_strdup_printf ("the federation at %s over %s; is a broker running there?",
                             setup->broker != NULL ? setup->broker : "the default address", setup->core);

      federate = self->library->CreateCombinationFederate (setup->name, info, &call);
      if (!check (&call, FOLIOT_HELICS_ERROR_PEER, error, "cannot join", place))
        federate = NULL;
    }
  self->library->FederateInfoFree (info);
  g_mutex_lock (&self->mutex);
  self->handle = federate;
  g_mutex_unlock (&self->mutex);
  return federate != NULL;
}

static int
get_data_type (FoliotHelicsType type)
{
  static const int types[]
      = { [FOLIOT_HELICS_STRING] = 0,  [FOLIOT_HELICS_DOUBLE] = 1, [FOLIOT_HELICS_INT] = 2,
          [FOLIOT_HELICS_COMPLEX] = 3, [FOLIOT_HELICS_VECTOR] = 4, [FOLIOT_HELICS_BOOLEAN] = 7 };

  return types[type];
}

static gboolean
register_values (FoliotHelicsFederate *self, GPtrArray *interfaces,
                 void *(*enroll) (void *federate, const char *key, int type, const char *units,
                                  FoliotHelicsCallError *error),
                 GError **error)
{
  for (guint i = 0; i < interfaces->len; i++)
    {
      FoliotHelicsInterface *interface = g_ptr_array_index (interfaces, i);
      FoliotHelicsCallError call = { 0 };

      interface->handle = enroll (self->handle, interface->key, get_data_type (interface->type),
                                  interface->unit != NULL ? interface->unit : "", &call);
      for (guint k = 0; k < interface->targets->len && call.code == 0; k++)
        self->library->InputAddTarget (interface->handle, g_ptr_array_index (interface->targets, k), &call);
      if (!check (&call, FOLIOT_HELICS_ERROR_REFUSED, error, "cannot register", interface->key))
        return FALSE;
    }
  return TRUE;
}

static gboolean
register_endpoints (FoliotHelicsFederate *self, GError **error)
{
  for (guint i = 0; i < self->setup->endpoints->len; i++)
    {
      FoliotHelicsInterface *endpoint = g_ptr_array_index (self->setup->endpoints, i);
      FoliotHelicsCallError call = { 0 };

      endpoint->handle
          = self->library->FederateRegisterGlobalEndpoint (self->handle, endpoint->key, "", &call);
      if (!check (&call, FOLIOT_HELICS_ERROR_REFUSED, error, "cannot register endpoint", endpoint->key))
        return FALSE;
    }
  return TRUE;
}

static gboolean
enter (FoliotHelicsFederate *self, GError **error)
{
  const FoliotHelicsLibrary *library = self->library;
  FoliotHelicsCallError call = { 0 };

  if (!create_federate (self, error)
      || !register_values (self, self->setup->inputs, library->FederateRegisterGlobalInput, error)
      || !register_values (self, self->setup->publications, library->FederateRegisterGlobalPublication, error)
      || !register_endpoints (self, error))
    return FALSE;
  library->FederateEnterExecutingMode (self->handle, &call);
  return check (&call, FOLIOT_HELICS_ERROR_PEER, error, "the federation cannot begin with",
                self->setup->name);
}

/* -- out ------------------------------------------------------------------------------------------------------------ */

/* What the library takes as text. */
static char *
dup_text (FoliotValue *value, gsize *out_length)
{
  FoliotValue *encoded
      = foliot_value_get_kind (value) == FOLIOT_VALUE_MAP ? foliot_value_lookup (value, "base64") : NULL;

  if (encoded != NULL)
    return (char *) g_base64_decode (foliot_value_get_string (encoded, NULL), out_length);
  return g_strdup (foliot_value_get_string (value, out_length));
}

static double *
dup_numbers (FoliotValue *list, gsize *out_n)
{
  gsize n = foliot_value_get_length (list);
  double *numbers = g_new (double, n + 1);

  for (gsize i = 0; i < n; i++)
    numbers[i] = foliot_value_get_double (foliot_value_get_item (list, i));
  *out_n = n;
  return numbers;
}

/* The value was checked when it was handed over. */
static void
publish (FoliotHelicsFederate *self, const FoliotHelicsInterface *to, FoliotValue *value,
         FoliotHelicsCallError *call)
{
  const FoliotHelicsLibrary *library = self->library;
  g_autofree double *numbers = NULL;
  g_autofree char *text = NULL;
  gsize n;

  switch (to->type)
    {
    case FOLIOT_HELICS_DOUBLE:
      library->PublicationPublishDouble (to->handle, foliot_value_get_double (value), call);
      break;
    case FOLIOT_HELICS_INT:
      library->PublicationPublishInteger (to->handle, foliot_value_get_int (value), call);
      break;
    case FOLIOT_HELICS_BOOLEAN:
      library->PublicationPublishBoolean (to->handle, foliot_value_get_bool (value), call);
      break;
    case FOLIOT_HELICS_STRING:
      text = dup_text (value, &n);
      library->PublicationPublishString (to->handle, text, call);
      break;
    case FOLIOT_HELICS_COMPLEX:
      numbers = dup_numbers (value, &n);
      library->PublicationPublishComplex (to->handle, numbers[0], numbers[1], call);
      break;
    case FOLIOT_HELICS_VECTOR:
    default:
      numbers = dup_numbers (value, &n);
      library->PublicationPublishVector (to->handle, numbers, (int) n, call);
      break;
    }
}

static gboolean
publish_all (FoliotHelicsFederate *self, FoliotValue *values, GError **error)
{
  for (gsize i = 0; i < foliot_value_get_length (values); i++)
    {
      const char *key = foliot_value_get_string (foliot_value_get_key (values, i), NULL);
      FoliotHelicsCallError call = { 0 };

      publish (self, g_hash_table_lookup (self->publications, key), foliot_value_get_pair_value (values, i),
               &call);
      if (!check (&call, FOLIOT_HELICS_ERROR_PEER, error, "cannot publish", key))
        return FALSE;
    }
  return TRUE;
}

static gboolean
send_all (FoliotHelicsFederate *self, FoliotValue *messages, GError **error)
{
  for (gsize i = 0; i < foliot_value_get_length (messages); i++)
    {
      FoliotValue *message = foliot_value_get_item (messages, i);
      const char *name = foliot_value_get_string (foliot_value_get_item (message, 0), NULL);
      const FoliotHelicsInterface *endpoint = g_hash_table_lookup (self->endpoints, name);
      FoliotHelicsCallError call = { 0 };
      gsize length;
      g_autofree char *text = dup_text (foliot_value_get_item (message, 2), &length);

      self->library->EndpointSendBytesTo (endpoint->handle, text, (int) length,
                                          foliot_value_get_string (foliot_value_get_item (message, 1), NULL),
                                          &call);
      if (!check (&call, FOLIOT_HELICS_ERROR_PEER, error, "cannot send from", name))
        return FALSE;
    }
  return TRUE;
}

/* -- in -------------------------------------------------------------------------------------------------------------- */

static FoliotValue *
new_text (const char *data, gsize length)
{
  FoliotValue *text = foliot_value_new_string_checked (data, length, FALSE);
  g_autofree char *encoded = NULL;

  if (text != NULL)
    return text;
  encoded = g_base64_encode ((const guchar *) data, length);
  return foliot_value_build_map ("base64", foliot_value_new_string (encoded), NULL);
}

static FoliotValue *
read_string (const FoliotHelicsLibrary *library, void *input, FoliotHelicsCallError *call)
{
  int size = library->InputGetStringSize (input);
  g_autofree char *text = g_malloc0 ((gsize) MAX (size, 0) + 1);
  int length = 0;

  library->InputGetString (input, text, size + 1, &length, call);
  /* The length that comes back counts the terminating zero. */
  return new_text (text, strnlen (text, (gsize) MAX (length, 0)));
}

static FoliotValue *
new_numbers (const double *numbers, int n)
{
  g_autofree FoliotValue **items = g_new (FoliotValue *, (gsize) MAX (n, 0) + 1);

  for (int i = 0; i < n; i++)
    items[i] = foliot_value_new_double (numbers[i]);
  return foliot_value_new_list (items, (gsize) MAX (n, 0));
}

static FoliotValue *
read_vector (const FoliotHelicsLibrary *library, void *input, FoliotHelicsCallError *call)
{
  int size = library->InputGetVectorSize (input);
  g_autofree double *numbers = g_new0 (double, (gsize) MAX (size, 0) + 1);
  int n = 0;

  library->InputGetVector (input, numbers, size, &n, call);
  return new_numbers (numbers, n);
}

static FoliotValue *
read_input (FoliotHelicsFederate *self, const FoliotHelicsInterface *input, FoliotHelicsCallError *call)
{
  const FoliotHelicsLibrary *library = self->library;
  double parts[2] = { 0.0, 0.0 };

  switch (input->type)
    {
    case FOLIOT_HELICS_DOUBLE:
      return foliot_value_new_double (library->InputGetDouble (input->handle, call));
    case FOLIOT_HELICS_INT:
      return foliot_value_new_int (library->InputGetInteger (input->handle, call));
    case FOLIOT_HELICS_BOOLEAN:
      return foliot_value_new_bool (library->InputGetBoolean (input->handle, call));
    case FOLIOT_HELICS_STRING:
      return read_string (library, input->handle, call);
    case FOLIOT_HELICS_COMPLEX:
      library->InputGetComplex (input->handle, &parts[0], &parts[1], call);
      return new_numbers (parts, 2);
    case FOLIOT_HELICS_VECTOR:
    default:
      return read_vector (library, input->handle, call);
    }
}

/* Of those that were updated since the last grant. */
static FoliotValue *
read_inputs (FoliotHelicsFederate *self, GError **error)
{
  const GPtrArray *inputs = self->setup->inputs;
  g_autofree FoliotValue **pairs = g_new (FoliotValue *, 2 * inputs->len + 1);
  gsize n = 0;
  gboolean fine = TRUE;

  for (guint i = 0; i < inputs->len && fine; i++)
    {
      const FoliotHelicsInterface *input = g_ptr_array_index (inputs, i);
      FoliotHelicsCallError call = { 0 };

      if (!self->library->InputIsUpdated (input->handle))
        continue;
      pairs[2 * n] = foliot_value_new_string (input->key);
      pairs[2 * n + 1] = read_input (self, input, &call);
      n++;
      fine = check (&call, FOLIOT_HELICS_ERROR_PEER, error, "cannot read", input->key);
    }
  if (fine)
    return foliot_value_new_map (pairs, n);
  for (gsize i = 0; i < 2 * n; i++)
    foliot_value_unref (pairs[i]);
  return NULL;
}

static FoliotValue *
read_messages (FoliotHelicsFederate *self)
{
  const FoliotHelicsLibrary *library = self->library;
  const GPtrArray *endpoints = self->setup->endpoints;
  g_autoptr (GPtrArray) messages = g_ptr_array_new ();

  for (guint i = 0; i < endpoints->len; i++)
    {
      const FoliotHelicsInterface *endpoint = g_ptr_array_index (endpoints, i);

      while (library->EndpointHasMessage (endpoint->handle))
        {
          void *message = library->EndpointGetMessage (endpoint->handle);
          int length = library->MessageGetByteCount (message);

          g_ptr_array_add (
              messages,
              foliot_value_build_list (foliot_value_new_string (endpoint->key),
                                       foliot_value_new_string (library->MessageGetSource (message)),
                                       new_text (length > 0 ? library->MessageGetBytesPointer (message) : "",
                                                 (gsize) MAX (length, 0)),
                                       NULL));
          library->MessageFree (message);
        }
    }
  return foliot_value_new_list ((FoliotValue **) messages->pdata, messages->len);
}

static FoliotValue *
read_grant (FoliotHelicsFederate *self, FoliotTime time, GError **error)
{
  FoliotValue *inputs = read_inputs (self, error);

  if (inputs == NULL)
    return NULL;
  return foliot_value_build_map ("time", foliot_value_new_int (time), "inputs", inputs, "messages",
                                 read_messages (self), NULL);
}

/* -- the conversation ------------------------------------------------------------------------------------------------ */

static FoliotValue *
request (FoliotHelicsFederate *self, FoliotTime time, GError **error)
{
  FoliotHelicsCallError call = { 0 };
  FoliotTime granted = FOLIOT_TIME_NEVER;
  double seconds;

  seconds = self->library->FederateRequestTime (
      self->handle, time == FOLIOT_TIME_NEVER ? FOLIOT_HELICS_MAX_TIME : foliot_time_to_seconds (time),
      &call);
  if (!check (&call, FOLIOT_HELICS_ERROR_PEER, error,
              "the federation has failed, or was ended, before a time was granted to", self->setup->name))
    return NULL;
  if (seconds < FOLIOT_HELICS_MAX_TIME && !foliot_time_from_seconds (seconds, &granted, error))
    return NULL;
  return read_grant (self, granted, error);
}

static FoliotValue *
answer (FoliotHelicsFederate *self, FoliotValue *question, GError **error)
{
  FoliotValue *time = foliot_value_lookup (question, "request");

  if (foliot_value_lookup (question, "enter") != NULL)
    return enter (self, error) ? read_grant (self, 0, error) : NULL;
  if (!publish_all (self, foliot_value_lookup (question, "publish"), error)
      || !send_all (self, foliot_value_lookup (question, "send"), error))
    return NULL;
  return time != NULL ? request (self, foliot_value_get_int (time), error) : foliot_value_new_null ();
}

GBytes *
_foliot_helics_federate_answer (FoliotHelicsFederate *self, GBytes *question, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (question, &length);
  g_autoptr (FoliotValue) heard = foliot_codec_decode (self->codec, data, length, error);
  g_autoptr (FoliotValue) said = heard != NULL ? answer (self, heard, error) : NULL;
  GByteArray *out;

  if (said == NULL)
    return NULL;
  out = g_byte_array_new ();
  if (foliot_codec_encode (self->codec, said, out, error))
    return g_byte_array_free_to_bytes (out);
  g_byte_array_unref (out);
  return NULL;
}
