/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-helics.h>

/*
 * The part of the C API of HELICS 3 that a federate needs, as function pointers. A row is: what it returns, the name without
 * `helics`, the parameters. Handles are pointers, times are doubles in seconds, truth values are ints; errors come back in a
 * struct whose message belongs to the library.
 */

typedef struct
{
  gint32 code; /* 0: none */
  const char *message;
} FoliotHelicsCallError;

#define FOLIOT_HELICS_MAX_TIME 9223372036.854774 /* s; the library's word for never */

#define FOLIOT_HELICS_FUNCTIONS(X)                                                                           \
  X (const char *, GetVersion, (void) )                                                                      \
  X (int, GetPropertyIndex, (const char *name))                                                              \
  X (int, GetFlagIndex, (const char *name))                                                                  \
  X (void *, CreateFederateInfo, (void) )                                                                    \
  X (void, FederateInfoFree, (void *info))                                                                   \
  X (void, FederateInfoSetCoreTypeFromString, (void *info, const char *type, FoliotHelicsCallError *error))  \
  X (void, FederateInfoSetCoreInitString, (void *info, const char *words, FoliotHelicsCallError *error))     \
  X (void, FederateInfoSetBroker, (void *info, const char *address, FoliotHelicsCallError *error))           \
  X (void, FederateInfoSetFlagOption, (void *info, int flag, int on, FoliotHelicsCallError *error))          \
  X (void, FederateInfoSetTimeProperty,                                                                      \
     (void *info, int property, double seconds, FoliotHelicsCallError *error))                               \
  X (void, FederateInfoSetIntegerProperty,                                                                   \
     (void *info, int property, int value, FoliotHelicsCallError *error))                                    \
  X (void *, CreateCombinationFederate, (const char *name, void *info, FoliotHelicsCallError *error))        \
  X (void *, FederateRegisterGlobalInput,                                                                    \
     (void *federate, const char *key, int type, const char *units, FoliotHelicsCallError *error))           \
  X (void *, FederateRegisterGlobalPublication,                                                              \
     (void *federate, const char *key, int type, const char *units, FoliotHelicsCallError *error))           \
  X (void *, FederateRegisterGlobalEndpoint,                                                                 \
     (void *federate, const char *name, const char *type, FoliotHelicsCallError *error))                     \
  X (void, InputAddTarget, (void *input, const char *target, FoliotHelicsCallError *error))                  \
  X (void, FederateEnterExecutingMode, (void *federate, FoliotHelicsCallError *error))                       \
  X (double, FederateRequestTime, (void *federate, double seconds, FoliotHelicsCallError *error))            \
  X (void, FederateDisconnect, (void *federate, FoliotHelicsCallError *error))                               \
  X (void, FederateDisconnectAsync, (void *federate, FoliotHelicsCallError *error))                          \
  X (void, FederateFree, (void *federate))                                                                   \
  X (int, InputIsUpdated, (void *input))                                                                     \
  X (double, InputGetDouble, (void *input, FoliotHelicsCallError *error))                                    \
  X (gint64, InputGetInteger, (void *input, FoliotHelicsCallError *error))                                   \
  X (int, InputGetBoolean, (void *input, FoliotHelicsCallError *error))                                      \
  X (int, InputGetStringSize, (void *input))                                                                 \
  X (void, InputGetString,                                                                                   \
     (void *input, char *text, int size, int *out_length, FoliotHelicsCallError *error))                     \
  X (void, InputGetComplex, (void *input, double *real, double *imaginary, FoliotHelicsCallError *error))    \
  X (int, InputGetVectorSize, (void *input))                                                                 \
  X (void, InputGetVector,                                                                                   \
     (void *input, double *numbers, int size, int *out_length, FoliotHelicsCallError *error))                \
  X (void, PublicationPublishDouble, (void *publication, double value, FoliotHelicsCallError *error))        \
  X (void, PublicationPublishInteger, (void *publication, gint64 value, FoliotHelicsCallError *error))       \
  X (void, PublicationPublishBoolean, (void *publication, int value, FoliotHelicsCallError *error))          \
  X (void, PublicationPublishString, (void *publication, const char *text, FoliotHelicsCallError *error))    \
  X (void, PublicationPublishComplex,                                                                        \
     (void *publication, double real, double imaginary, FoliotHelicsCallError *error))                       \
  X (void, PublicationPublishVector,                                                                         \
     (void *publication, const double *numbers, int length, FoliotHelicsCallError *error))                   \
  X (int, EndpointHasMessage, (void *endpoint))                                                              \
  X (void *, EndpointGetMessage, (void *endpoint))                                                           \
  X (void, EndpointSendBytesTo,                                                                              \
     (void *endpoint, const void *data, int length, const char *to, FoliotHelicsCallError *error))           \
  X (const char *, MessageGetSource, (void *message))                                                        \
  X (int, MessageGetByteCount, (void *message))                                                              \
  X (void *, MessageGetBytesPointer, (void *message))                                                        \
  X (void, MessageFree, (void *message))

#define FOLIOT_HELICS_DECLARE(returns, name, parameters) returns (*name) parameters;
typedef struct
{
  FOLIOT_HELICS_FUNCTIONS (FOLIOT_HELICS_DECLARE)
} FoliotHelicsLibrary;
#undef FOLIOT_HELICS_DECLARE

/* @path: (nullable): NULL: by the system's loader. It stays loaded: it has threads. Returns: whether @out_library is complete. */
gboolean _foliot_helics_library_load (const char *path, FoliotHelicsLibrary *out_library, GError **error);
