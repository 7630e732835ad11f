#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes a JSON file as a C string: the schema that `foliot describe --schema` prints."""
import json
import sys

source, target = sys.argv[1:]
text = open(source, encoding="utf-8").read()
json.loads(text)
with open(target, "w", encoding="utf-8") as out:
    out.write('#include <foliot/foliot-scenario.h>\n\nconst char *\nfoliot_scenario_get_schema (void)\n{\n  return ""\n')
    for line in text.splitlines(keepends=True):
        out.write("         " + json.dumps(line) + "\n")
    out.write("      ;\n}\n")
