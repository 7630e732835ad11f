/* SPDX-License-Identifier: MIT */
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cosim/foliot-helics-library-private.h"

/*
 * A library that is loaded in the place of HELICS where no federation is: a federation of one, in which the first publication is what
 * the first input gets, the second the second, and so on, at the next time; and messages come back. A broker named `nobody` cannot be
 * reached; a core that is started with `stop=T` ends the federation when a time after T is asked for, with `error=T` it fails then. With
 * `hang=WHERE` it never comes back from joining a federation (join), from a time after 5 000 s (request), from leaving (leave), or
 * from what it does when the process exits (exit).
 */

#define EXPORT __attribute__ ((visibility ("default")))

typedef struct
{
  int type;
  double numbers[8];
  int n;
  gint64 integer;
  char text[256];
  gboolean updated;
} Slot;

typedef struct
{
  double stop, fail;
  char hang[16];
  gboolean nobody;
  Slot inputs[8], publications[8];
  int n_inputs, n_publications;
  gboolean published[8];
  char message[256], from[64];
  gboolean has_message, sent;
} Federate;

static Federate only;

#define DEFINE(returns, name, parameters) EXPORT returns helics##name parameters;
FOLIOT_HELICS_FUNCTIONS (DEFINE)
#undef DEFINE

static void
come_to (const char *where)
{
  while (g_str_equal (only.hang, where))
    pause ();
}

static void __attribute__ ((destructor)) at_exit (void)
{
  come_to ("exit");
}

static void
fail (FoliotHelicsCallError *error, int code, const char *message)
{
  *error = (FoliotHelicsCallError){ code, message };
}

const char *
helicsGetVersion (void)
{
  return "fake";
}

int
helicsGetPropertyIndex (const char *name)
{
  return g_str_equal (name, "period") ? 140 : strstr (name, "log_level") != NULL ? 271 : -101;
}

int
helicsGetFlagIndex (const char *name)
{
  return g_str_equal (name, "uninterruptible") || g_str_equal (name, "wait_for_current_time_update") ? 1
                                                                                                     : -101;
}

void *
helicsCreateFederateInfo (void)
{
  only = (Federate){ .stop = G_MAXDOUBLE, .fail = G_MAXDOUBLE };
  return &only;
}

void
helicsFederateInfoFree (void *info)
{
}

void
helicsFederateInfoSetCoreTypeFromString (void *info, const char *type, FoliotHelicsCallError *error)
{
  if (g_str_equal (type, "pigeon"))
    fail (error, -4, "pigeon is not a valid core type");
}

void
helicsFederateInfoSetCoreInitString (void *info, const char *words, FoliotHelicsCallError *error)
{
  const char *stop = strstr (words, "stop="), *wrong = strstr (words, "error="),
             *hang = strstr (words, "hang=");

  if (hang != NULL)
    g_strlcpy (only.hang, hang + strlen ("hang="), sizeof only.hang);

  if (stop != NULL)
    sscanf (stop, "stop=%lf", &only.stop);
  if (wrong != NULL)
    sscanf (wrong, "error=%lf", &only.fail);
}

void
helicsFederateInfoSetBroker (void *info, const char *address, FoliotHelicsCallError *error)
{
  only.nobody = g_str_equal (address, "nobody");
}

void
helicsFederateInfoSetFlagOption (void *info, int flag, int on, FoliotHelicsCallError *error)
{
}

void
helicsFederateInfoSetTimeProperty (void *info, int property, double seconds, FoliotHelicsCallError *error)
{
}

void
helicsFederateInfoSetIntegerProperty (void *info, int property, int value, FoliotHelicsCallError *error)
{
}

void *
helicsCreateCombinationFederate (const char *name, void *info, FoliotHelicsCallError *error)
{
  come_to ("join");
  if (only.nobody)
    fail (error, -1, "Unable to connect to broker");
  return &only;
}

void *
helicsFederateRegisterGlobalInput (void *federate, const char *key, int type, const char *units,
                                   FoliotHelicsCallError *error)
{
  if (g_str_equal (key, "taken"))
    fail (error, -1, "duplicate name");
  only.inputs[only.n_inputs].type = type;
  return &only.inputs[only.n_inputs++];
}

void *
helicsFederateRegisterGlobalPublication (void *federate, const char *key, int type, const char *units,
                                         FoliotHelicsCallError *error)
{
  return &only.publications[only.n_publications++];
}

void *
helicsFederateRegisterGlobalEndpoint (void *federate, const char *name, const char *type,
                                      FoliotHelicsCallError *error)
{
  return &only;
}

void
helicsInputAddTarget (void *input, const char *target, FoliotHelicsCallError *error)
{
}

void
helicsFederateEnterExecutingMode (void *federate, FoliotHelicsCallError *error)
{
}

double
helicsFederateRequestTime (void *federate, double seconds, FoliotHelicsCallError *error)
{
  if (seconds > 5000)
    come_to ("request");
  if (seconds > only.fail)
    fail (error, -101, "the grid has fallen over");
  for (int i = 0; i < only.n_inputs; i++)
    {
      only.inputs[i].updated = only.published[i];
      if (only.published[i])
        {
          only.inputs[i] = only.publications[i];
          only.inputs[i].updated = TRUE;
        }
      only.published[i] = FALSE;
    }
  only.has_message = only.sent;
  only.sent = FALSE;
  return seconds > only.stop ? FOLIOT_HELICS_MAX_TIME : seconds;
}

void
helicsFederateDisconnect (void *federate, FoliotHelicsCallError *error)
{
  come_to ("leave");
}

void
helicsFederateDisconnectAsync (void *federate, FoliotHelicsCallError *error)
{
}

void
helicsFederateFree (void *federate)
{
}

int
helicsInputIsUpdated (void *input)
{
  return ((Slot *) input)->updated;
}

double
helicsInputGetDouble (void *input, FoliotHelicsCallError *error)
{
  return ((Slot *) input)->numbers[0];
}

gint64
helicsInputGetInteger (void *input, FoliotHelicsCallError *error)
{
  return ((Slot *) input)->integer;
}

int
helicsInputGetBoolean (void *input, FoliotHelicsCallError *error)
{
  return (int) ((Slot *) input)->integer;
}

int
helicsInputGetStringSize (void *input)
{
  return (int) strlen (((Slot *) input)->text) + 1;
}

void
helicsInputGetString (void *input, char *text, int size, int *out_length, FoliotHelicsCallError *error)
{
  g_strlcpy (text, ((Slot *) input)->text, (gsize) size);
  *out_length = helicsInputGetStringSize (input);
}

void
helicsInputGetComplex (void *input, double *real, double *imaginary, FoliotHelicsCallError *error)
{
  *real = ((Slot *) input)->numbers[0];
  *imaginary = ((Slot *) input)->numbers[1];
}

int
helicsInputGetVectorSize (void *input)
{
  return ((Slot *) input)->n;
}

void
helicsInputGetVector (void *input, double *numbers, int size, int *out_length, FoliotHelicsCallError *error)
{
  memcpy (numbers, ((Slot *) input)->numbers, (gsize) size * sizeof (double));
  *out_length = size;
}

static Slot *
publish (void *publication)
{
  Slot *slot = publication;

  only.published[slot - only.publications] = TRUE;
  return slot;
}

void
helicsPublicationPublishDouble (void *publication, double value, FoliotHelicsCallError *error)
{
  publish (publication)->numbers[0] = value;
}

void
helicsPublicationPublishInteger (void *publication, gint64 value, FoliotHelicsCallError *error)
{
  publish (publication)->integer = value;
}

void
helicsPublicationPublishBoolean (void *publication, int value, FoliotHelicsCallError *error)
{
  publish (publication)->integer = value;
}

void
helicsPublicationPublishString (void *publication, const char *text, FoliotHelicsCallError *error)
{
  /* What a foreign federate may send: bytes that are no UTF-8. */
  g_strlcpy (publish (publication)->text, g_str_equal (text, "latin-1") ? "\xe9" : text, 256);
}

void
helicsPublicationPublishComplex (void *publication, double real, double imaginary,
                                 FoliotHelicsCallError *error)
{
  Slot *slot = publish (publication);

  slot->numbers[0] = real;
  slot->numbers[1] = imaginary;
}

void
helicsPublicationPublishVector (void *publication, const double *numbers, int length,
                                FoliotHelicsCallError *error)
{
  Slot *slot = publish (publication);

  memcpy (slot->numbers, numbers, (gsize) length * sizeof (double));
  slot->n = length;
}

int
helicsEndpointHasMessage (void *endpoint)
{
  return only.has_message;
}

void *
helicsEndpointGetMessage (void *endpoint)
{
  only.has_message = FALSE;
  return &only;
}

void
helicsEndpointSendBytesTo (void *endpoint, const void *data, int length, const char *to,
                           FoliotHelicsCallError *error)
{
  g_snprintf (only.message, sizeof only.message, "%.*s", length, (const char *) data);
  g_strlcpy (only.from, to, sizeof only.from);
  only.sent = TRUE;
}

const char *
helicsMessageGetSource (void *message)
{
  return only.from;
}

int
helicsMessageGetByteCount (void *message)
{
  return (int) strlen (only.message);
}

void *
helicsMessageGetBytesPointer (void *message)
{
  return only.message;
}

void
helicsMessageFree (void *message)
{
}
