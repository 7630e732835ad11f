/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-time.h>
#include <foliot/foliot-value.h>

/*
 * What an FMU says of itself: its modelDescription.xml, for FMI 2.0 and FMI 3.0 co-simulation
 * (https://fmi-standard.org/docs/2.0.4/, https://fmi-standard.org/docs/3.0/). A value reference is the place of a variable in
 * the list, from 0; FMI 3's time has the one behind the last.
 */

typedef enum
{
  FOLIOT_FMI_REAL,    /* Real, Float64 */
  FOLIOT_FMI_INTEGER, /* Integer, Int64; FMI 2 has 32 bits of it */
  FOLIOT_FMI_BOOLEAN,
  FOLIOT_FMI_STRING,
} FoliotFmiType;

typedef enum
{
  FOLIOT_FMI_PARAMETER, /* set before the initialization mode, and never again */
  FOLIOT_FMI_INPUT,     /* discrete: it holds from one communication point to the next */
  FOLIOT_FMI_OUTPUT,    /* discrete */
} FoliotFmiCausality;

typedef struct
{
  char *name;
  char *unit; /* nullable; "1": none */
  char *help; /* nullable */
  FoliotFmiType type;
  FoliotFmiCausality causality;
  FoliotValue *start; /* nullable: of an output, which is calculated */
} FoliotFmiVariable;

void _foliot_fmi_variable_free (FoliotFmiVariable *variable);

typedef struct
{
  guint version;            /* 2 or 3 */
  const char *name;         /* for people */
  const char *identifier;   /* of the binary: letters, digits, _ */
  const char *description;  /* nullable */
  const char *token;        /* that the binary wants to see again: guid, instantiationToken */
  double start, stop, step; /* seconds */
  GPtrArray *variables;     /* of FoliotFmiVariable */
} FoliotFmiModel;

/* Returns: (transfer full): modelDescription.xml; the same text for the same model. */
char *_foliot_fmi_describe (const FoliotFmiModel *model);
/* Returns: (transfer full): @name with every character that may not stand in an identifier replaced by `_`. */
char *_foliot_fmi_dup_identifier (const char *name);
