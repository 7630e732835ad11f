/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-clock.h>

/*
 * The view: what all clocks share.
 *
 * A clock owns no time and no queue. It translates: kernel time ↔ clock time ↔ date; what is scheduled through it is an
 * ordinary event of the kernel. So two clocks over one kernel can never disagree about what comes first.
 */

typedef struct
{
  FoliotKernel *kernel; /* weak */
} FoliotClockPrivate;

enum
{
  PROP_KERNEL = 1,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (FoliotClock, foliot_clock, G_TYPE_OBJECT)

static FoliotTime
same_time (FoliotClock *self, FoliotTime time)
{
  return time;
}

static gboolean
accept_delay (FoliotClock *self, FoliotTime delay, GError **error)
{
  return TRUE;
}

static void
foliot_clock_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_KERNEL:
      g_value_set_object (value, foliot_clock_get_kernel (FOLIOT_CLOCK (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
foliot_clock_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  FoliotClockPrivate *priv = foliot_clock_get_instance_private (FOLIOT_CLOCK (object));

  switch (id)
    {
    case PROP_KERNEL:
      g_set_weak_pointer (&priv->kernel, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
foliot_clock_dispose (GObject *object)
{
  FoliotClockPrivate *priv = foliot_clock_get_instance_private (FOLIOT_CLOCK (object));

  g_clear_weak_pointer (&priv->kernel);
  G_OBJECT_CLASS (foliot_clock_parent_class)->dispose (object);
}

static void
foliot_clock_class_init (FoliotClockClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = foliot_clock_get_property;
  object_class->set_property = foliot_clock_set_property;
  object_class->dispose = foliot_clock_dispose;
  klass->from_kernel = same_time;
  klass->to_kernel = same_time;
  klass->check_delay = accept_delay;

  properties[PROP_KERNEL]
      = g_param_spec_object ("kernel", NULL, NULL, FOLIOT_TYPE_KERNEL,
                             G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
foliot_clock_init (FoliotClock *self)
{
}

FoliotKernel *
foliot_clock_get_kernel (FoliotClock *self)
{
  g_return_val_if_fail (FOLIOT_IS_CLOCK (self), NULL);
  FoliotClockPrivate *priv = foliot_clock_get_instance_private (self);
  return priv->kernel;
}

FoliotTime
foliot_clock_time (FoliotClock *self)
{
  FoliotKernel *kernel = foliot_clock_get_kernel (self);
  g_return_val_if_fail (kernel != NULL, 0);
  return FOLIOT_CLOCK_GET_CLASS (self)->from_kernel (self, foliot_kernel_now (kernel));
}

void
foliot_clock_utcnow (FoliotClock *self, FoliotDate *out_date)
{
  g_return_if_fail (FOLIOT_IS_CLOCK (self));
  g_return_if_fail (out_date != NULL);
  FOLIOT_CLOCK_GET_CLASS (self)->get_utc (self, foliot_clock_time (self), out_date);
}

FoliotTime
foliot_clock_time_of (FoliotClock *self, const FoliotDate *date)
{
  g_return_val_if_fail (FOLIOT_IS_CLOCK (self), 0);
  g_return_val_if_fail (date != NULL, 0);

  FoliotDate now;
  foliot_clock_utcnow (self, &now);
  return foliot_time_add (foliot_clock_time (self), foliot_date_diff (date, &now));
}

FoliotTime
foliot_clock_to_kernel (FoliotClock *self, FoliotTime time)
{
  g_return_val_if_fail (FOLIOT_IS_CLOCK (self), time);
  return FOLIOT_CLOCK_GET_CLASS (self)->to_kernel (self, time);
}

gboolean
foliot_clock_check_future (FoliotClock *self, FoliotTime time, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_CLOCK (self), FALSE);
  if (time > foliot_clock_time (self))
    return TRUE;

  g_autofree char *text = foliot_time_format (time);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "Date \"%s\" is in the past", text);
  return FALSE;
}

gboolean
foliot_clock_check_delay (FoliotClock *self, FoliotTime delay, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_CLOCK (self), FALSE);
  return FOLIOT_CLOCK_GET_CLASS (self)->check_delay (self, delay, error);
}

static guint64
call_at (FoliotClock *self, FoliotTime time, GCallback callback, gpointer user_data, GDestroyNotify destroy)
{
  return foliot_kernel_call_at (foliot_clock_get_kernel (self), foliot_clock_to_kernel (self, time), callback,
                                user_data, destroy);
}

guint64
foliot_clock_call_at (FoliotClock *self, FoliotTime time, GCallback callback, gpointer user_data,
                      GDestroyNotify destroy, GError **error)
{
  if (!foliot_clock_check_future (self, time, error))
    return 0;
  return call_at (self, time, callback, user_data, destroy);
}

guint64
foliot_clock_call_at_date (FoliotClock *self, const FoliotDate *date, GCallback callback, gpointer user_data,
                           GDestroyNotify destroy, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_CLOCK (self), 0);
  g_return_val_if_fail (date != NULL, 0);

  FoliotTime time = foliot_clock_time_of (self, date);
  if (!foliot_clock_check_future (self, time, NULL))
    {
      g_autofree char *text = foliot_date_format (date);
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "Date \"%s\" is in the past", text);
      return 0;
    }
  return call_at (self, time, callback, user_data, destroy);
}

guint64
foliot_clock_call_in (FoliotClock *self, FoliotTime delay, GCallback callback, gpointer user_data,
                      GDestroyNotify destroy, GError **error)
{
  if (!foliot_clock_check_delay (self, delay, error))
    return 0;
  return call_at (self, foliot_time_add (foliot_clock_time (self), delay), callback, user_data, destroy);
}
