/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

/* A battery as a mosaik simulator: C and C++, nothing but the library. See docs/mosaik-c.md. */

typedef struct
{
  double capacity_kwh, charge_kwh;
} Battery;

static gboolean
init (gpointer self, FoliotMosaik *mosaik, FoliotValue *keywords, FoliotMosaikMeta *meta, GError **error)
{
  foliot_mosaik_meta_add_model (meta, "Battery", FOLIOT_MOSAIK_PUBLIC);
  foliot_mosaik_meta_add_parameter (meta, "Battery", "capacity_kwh");
  foliot_mosaik_meta_add_attribute (meta, "Battery", "P",
                                    FOLIOT_MOSAIK_MEASUREMENT); /* in: kW that charge it */
  foliot_mosaik_meta_add_attribute (meta, "Battery", "soc", FOLIOT_MOSAIK_MEASUREMENT); /* out: 0 … 1 */
  return TRUE;
}

static gboolean
create (gpointer self, FoliotMosaikEntity *entity, FoliotValue *params, GError **error)
{
  FoliotValue *capacity = foliot_value_lookup (params, "capacity_kwh");
  if (capacity == NULL || !foliot_value_is_number (capacity) || foliot_value_get_double (capacity) <= 0)
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "capacity_kwh must be a number greater than 0");
      return FALSE;
    }
  Battery *battery = g_new0 (Battery, 1);
  battery->capacity_kwh = foliot_value_get_double (capacity);
  foliot_mosaik_entity_set_user_data (entity, battery, g_free);
  return TRUE;
}

static gboolean
step (gpointer self, FoliotMosaik *mosaik, FoliotMosaikStep *step, GError **error)
{
  for (guint i = 0; i < foliot_mosaik_get_n_entities (mosaik); i++)
    {
      FoliotMosaikEntity *entity = foliot_mosaik_get_entity_at (mosaik, i);
      Battery *battery = (Battery *) foliot_mosaik_entity_get_user_data (entity);
      double power_kw;
      foliot_mosaik_step_get_sum (step, foliot_mosaik_entity_get_id (entity), "P", &power_kw);
      battery->charge_kwh = CLAMP (battery->charge_kwh + power_kw / 4, 0, battery->capacity_kwh);
    }
  step->next = step->time + 900;
  return TRUE;
}

static FoliotValue *
get_data (gpointer self, FoliotMosaikEntity *entity, const char *attribute, GError **error)
{
  Battery *battery = (Battery *) foliot_mosaik_entity_get_user_data (entity);
  return g_str_equal (attribute, "soc")
             ? foliot_value_new_double (battery->charge_kwh / battery->capacity_kwh)
             : NULL;
}

static const FoliotMosaikModel battery_model = { init, create, NULL, step, get_data, NULL };

int
main (int argc, char **argv)
{
  return foliot_mosaik_main (argc, argv, &battery_model, NULL);
}
