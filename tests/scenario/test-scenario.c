/* SPDX-License-Identifier: MIT */
#include "scenario-kit.h"

#include "scenario/foliot-scenario-private.h"

#include <glib/gstdio.h>

#define HEAD "{'foliot': 1, 'name': 't', 'duration': 10"

/* -- what is wrong ----------------------------------------------------------------------------------------------- */

typedef struct
{
  const char *name;
  FoliotScenarioError code;
  const char *json;
  const char *message; /* behind the path of scenario.json */
} Mistake;

/* clang-format off */
static const Mistake mistakes[] = {
  { "syntax", FOLIOT_SCENARIO_ERROR_SYNTAX, "{'foliot': 1,\n 'name' 't'}", ":2:9: expected ':'" },
  { "not-an-object", FOLIOT_SCENARIO_ERROR_TYPE, "[1]", ":1: /: expected an object" },
  { "unknown-member", FOLIOT_SCENARIO_ERROR_UNKNOWN, HEAD ",\n 'agnets': []}",
    ":2: /agnets: unknown member 'agnets', did you mean 'agents'?" },
  { "missing-version", FOLIOT_SCENARIO_ERROR_MISSING, "{'name': 't', 'duration': 1}", ":1: /foliot: missing, but required" },
  { "other-version", FOLIOT_SCENARIO_ERROR_TYPE, "{'foliot': 2, 'name': 't', 'duration': 1}",
    ":1: /foliot: expected a whole number from 1 to 1, found 2" },
  { "missing-duration", FOLIOT_SCENARIO_ERROR_MISSING, "{'foliot': 1, 'name': 't'}", ":1: /duration: missing, but required" },
  { "name-type", FOLIOT_SCENARIO_ERROR_TYPE, "{'foliot': 1, 'name': 7, 'duration': 1}", ":1: /name: expected text, found a number" },
  { "name-empty", FOLIOT_SCENARIO_ERROR_TYPE, "{'foliot': 1, 'name': '', 'duration': 1}",
    ":1: /name: '' cannot name a scenario: it names the results folder; expected letters, digits, _, - and ., no . first" },
  { "name-path", FOLIOT_SCENARIO_ERROR_TYPE, "{'foliot': 1, 'name': '../x', 'duration': 1}",
    ":1: /name: '../x' cannot name a scenario: it names the results folder; expected letters, digits, _, - and ., no . first" },
  { "duration-unit", FOLIOT_SCENARIO_ERROR_TYPE, "{'foliot': 1, 'name': 't', 'duration': '3 weeks'}",
    ":1: /duration: Cannot read '3 weeks' as a time: expected a number within ±292 years and one of the units "
    "ns, us, ms, s, min, h, d (seconds if none), such as '15 min' or '2.5 s'" },
  { "duration-type", FOLIOT_SCENARIO_ERROR_TYPE, "{'foliot': 1, 'name': 't', 'duration': []}",
    ":1: /duration: expected a time such as '15 min' or a number of seconds, found a list" },
  { "duration-huge", FOLIOT_SCENARIO_ERROR_TYPE, "{'foliot': 1, 'name': 't', 'duration': 1e300}",
    ":1: /duration: 1e+300 seconds cannot be a simulated time: expected a number within ±292 years" },
  { "duration-before-start", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'init_time': 10}",
    ":1: /duration: the run ends at 10 s, which is not after its start ('init_time') at 10 s" },
  { "seed", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'seed': 99999999999999999999}",
    ":1: /seed: expected a whole number from 0 to 9223372036854775807, found 99999999999999999999" },
  { "seed-negative", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'seed': -1}",
    ":1: /seed: expected a whole number from 0 to 9223372036854775807, found -1" },
  { "date", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'start_date': 'tomorrow'}", NULL },
  { "transport", FOLIOT_SCENARIO_ERROR_UNKNOWN, HEAD ", 'transport': 'lokal'}",
    ":1: /transport: unknown transport 'lokal', did you mean 'local'?" },
  { "processes-links", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'transport': 'tcp', 'processes': true,\n 'links': [{'latency': 1}]}",
    ":2: /links: links need all containers in one process: a process does not know which container of another one has connected to it ('processes': false)" },
  { "parameters", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'parameters': [1]}", ":1: /parameters: expected an object, found a list" },
  { "unknown-parameter", FOLIOT_SCENARIO_ERROR_UNKNOWN, HEAD ", 'parameters': {'limit': 1},\n 'seed': '$limti'}",
    ":2: /seed: unknown parameter 'limti', did you mean 'limit'?" },
  { "unknown-inner-parameter", FOLIOT_SCENARIO_ERROR_UNKNOWN, HEAD ", 'parameters': {'a': {'b': 1}},\n 'seed': '$a.c'}",
    ":2: /seed: unknown parameter 'c', did you mean 'b'?" },
  { "containers-type", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'containers': {}}", ":1: /containers: expected a list, found an object" },
  { "container-member", FOLIOT_SCENARIO_ERROR_UNKNOWN, HEAD ", 'containers': [{'name': 'a', 'codek': 'json'}]}",
    ":1: /containers/0/codek: unknown member 'codek', did you mean 'codec'?" },
  { "container-codec", FOLIOT_SCENARIO_ERROR_UNKNOWN, HEAD ", 'containers': [{'name': 'a', 'codec': 'yaml'}]}",
    ":1: /containers/0/codec: unknown codec 'yaml', expected one of: json, msgpack, blosc" },
  { "container-codecs", FOLIOT_SCENARIO_ERROR_TYPE,
    HEAD ", 'containers': [{'name': 'a'}, {'name': 'b', 'codec': 'json'}, {'name': 'c', 'codec': 'blosc'}]}",
    ":1: /containers: containers 'a' and 'c' have different codecs, and would not understand each other: give "
    "all of them the same 'codec'" },
  { "container-twice", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ",\n'containers': [{'name': 'a'},\n{'name': 'a'}]}",
    ":3: /containers/1/name: there is already a container 'a'" },
  { "container-count-twice", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'containers': [{'name': 'a', 'count': 2}]}",
    ":1: /containers/0/name: there is already a container 'a'; put {index} into its name" },
  { "container-star", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'containers': [{'name': '*'}]}",
    ":1: /containers/0/name: '*' cannot name a container" },
  { "count", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'containers': [{'name': 'a{index}', 'count': -1}]}",
    ":1: /containers/0/count: expected a whole number from 0 to 16777216, found -1" },
  { "agent-name", FOLIOT_SCENARIO_ERROR_MISSING, HEAD ",\n'agents': [\n{'type': 'Probe'}]}",
    ":3: /agents/0/name: missing, but required" },
  { "agent-empty-name", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'agents': [{'name': '', 'type': 'Probe'}]}",
    ":1: /agents/0/name: the name of an agent cannot be empty" },
  { "agent-twice", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'agents': [{'name': 'a', 'type': 'Probe', 'count': 2}]}",
    ":1: /agents/0/name: there is already an agent 'a'; put {index} into its name" },
  { "agent-type", FOLIOT_SCENARIO_ERROR_UNKNOWN, HEAD ", 'agents': [{'name': 'a', 'type': 'Prope'}]}",
    ":1: /agents/0/type: unknown agent type 'Prope', did you mean 'Probe'?" },
  { "agent-type-far", FOLIOT_SCENARIO_ERROR_UNKNOWN, HEAD ", 'agents': [{'name': 'a', 'type': 'Turbine'}]}",
    ":1: /agents/0/type: unknown agent type 'Turbine', expected one of: Probe, Caller, Faulty, Chaotic" },
  { "agent-container", FOLIOT_SCENARIO_ERROR_UNKNOWN,
    HEAD ", 'containers': [{'name': 'left'}], 'agents': [{'name': 'a', 'type': 'Probe', 'container': 'lfet'}]}",
    ":1: /agents/0/container: unknown container 'lfet', did you mean 'left'?" },
  { "agent-argument", FOLIOT_SCENARIO_ERROR_UNKNOWN, HEAD ", 'agents': [{'name': 'a', 'type': 'Probe', 'args': {'evry': 1}}]}",
    ":1: /agents/0/args/evry: unknown argument 'evry', did you mean 'every'?" },
  { "agent-named", FOLIOT_SCENARIO_ERROR_UNKNOWN, HEAD ",\n'agents': [{'name': 'bob', 'type': 'Caller', 'args': {'peer': {'agent': 'bbo'}}}]}",
    ":2: /agents/0/args/peer/agent: unknown agent 'bbo', did you mean 'bob'?" },
  { "argument-type", FOLIOT_SCENARIO_ERROR_TYPE,
    HEAD ",\n'agents': [{'name': 'a', 'type': 'Probe', 'args': {'every': 2,\n'ticks': 'x'}}]}",
    ":3: /agents/0/args/ticks: argument 'ticks' of Probe must be int, not string" },
  { "argument-type-of-many", FOLIOT_SCENARIO_ERROR_TYPE,
    HEAD ", 'agents': [{'name': 'a{index}', 'type': 'Probe', 'count': 2, 'args': {'ticks': {'each': [1, 1.5]}}}]}",
    ":1: /agents/0/args/ticks: argument 'ticks' of Probe must be int, not number" },
  { "argument-proxy", FOLIOT_SCENARIO_ERROR_TYPE,
    HEAD ", 'agents': [{'name': 'a', 'type': 'Caller', 'args': {'peer': 7}}]}",
    ":1: /agents/0/args/peer: argument 'peer' of Caller must be proxy or null, not int" },
  { "argument-agent", FOLIOT_SCENARIO_ERROR_TYPE,
    HEAD ", 'agents': [{'name': 'a', 'type': 'Probe', 'args': {'ticks': {'agent': 'a'}}}]}",
    ":1: /agents/0/args/ticks: argument 'ticks' of Probe must be int, not string" },
  { "argument-missing", FOLIOT_SCENARIO_ERROR_MISSING,
    HEAD ",\n'agents': [{'name': 'f', 'type': 'Faulty'}]}",
    ":2: /agents/0: agent type Faulty needs the argument 'where' (string)" },
  { "index-taken", FOLIOT_SCENARIO_ERROR_TYPE,
    HEAD ", 'parameters': {'next': 1}, 'agents': [{'name': 'a{index}', 'type': 'Probe', 'count': 2, 'args': {'ticks': '$next'}}]}",
    ":1: /agents/0/args/ticks: $next is the number of an entry with a 'count', and a parameter: rename the parameter" },
  { "each", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'agents': [{'name': 'a{index}', 'type': 'Probe', 'count': 2, 'args': {'every': {'each': [1]}}}]}",
    ":1: /agents/0/args/every/each: expected as many items as 'count' says (2), found 1" },
  { "link-end", FOLIOT_SCENARIO_ERROR_UNKNOWN, HEAD ", 'containers': [{'name': 'left'}], 'links': [{'from': 'lefft'}]}",
    ":1: /links/0/from: unknown container 'lefft', did you mean 'left'?" },
  { "link-loss", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'links': [{'loss': 1.5}]}", ":1: /links/0/loss: expected a probability from 0 to 1, found 1.5" },
  { "link-latency", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'links': [{'latency': -1}]}", ":1: /links/0/latency: a latency cannot be negative" },
  { "link-distribution", FOLIOT_SCENARIO_ERROR_UNKNOWN, HEAD ", 'links': [{'latency': {'distribution': 'gauss'}}]}",
    ":1: /links/0/latency/distribution: unknown distribution 'gauss', expected one of: constant, uniform, exponential, normal" },
  { "link-latency-member", FOLIOT_SCENARIO_ERROR_UNKNOWN, HEAD ", 'links': [{'latency': {'bsae': 1}}]}",
    ":1: /links/0/latency/bsae: unknown member 'bsae', did you mean 'base'?" },
  { "input-file", FOLIOT_SCENARIO_ERROR_MISSING, HEAD ", 'inputs': [{'file': 'no.csv', 'deliver': []}]}",
    ":1: /inputs/0/file: no such file: no.csv" },
  { "input-column", FOLIOT_SCENARIO_ERROR_UNKNOWN, HEAD ", 'agents': [{'name': 'a', 'type': 'Probe'}],\n"
    "'inputs': [{'file': 'data.csv', 'deliver': [{'column': 'winf', 'agent': 'a', 'input': 'P'}]}]}",
    ":2: /inputs/0/deliver/0/column: unknown column 'winf', did you mean 'wind'?" },
  { "input-agent", FOLIOT_SCENARIO_ERROR_UNKNOWN, HEAD ", 'agents': [{'name': 'alice', 'type': 'Probe'}],\n"
    "'inputs': [{'file': 'data.csv', 'deliver': [{'column': 'wind', 'agent': 'alcie', 'input': 'P'}]}]}",
    ":2: /inputs/0/deliver/0/agent: unknown agent 'alcie', did you mean 'alice'?" },
  { "input-input", FOLIOT_SCENARIO_ERROR_UNKNOWN, HEAD ", 'agents': [{'name': 'a', 'type': 'Probe'}],\n"
    "'inputs': [{'file': 'data.csv', 'deliver': [{'column': 'wind', 'agent': 'a', 'input': 'Power'}]}]}",
    ":2: /inputs/0/deliver/0/input: unknown input 'Power', expected one of: P, Q" },
  { "input-before-start", FOLIOT_SCENARIO_ERROR_CSV, HEAD ", 'init_time': 0.5, 'agents': [{'name': 'a', 'type': 'Probe'}],\n"
    "'inputs': [{'file': 'data.csv', 'deliver': [{'column': 'wind', 'agent': 'a', 'input': 'P'}]}]}",
    ":2: /inputs/0/file: data.csv begins at 0 s, before the world does ('init_time': 0.5 s)" },
  { "output-table", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'outputs': [{'table': 'a b', 'columns': []}]}",
    ":1: /outputs/0/table: 'a b' cannot name a table: expected letters, digits, _ and -" },
  { "output-table-taken", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'outputs': [{'table': 'run', 'columns': []}]}",
    ":1: /outputs/0/table: 'run' cannot name a table: the results have a file or table of this name" },
  { "output-twice", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'outputs': [{'table': 'a', 'columns': []}, {'table': 'A', 'columns': []}]}",
    ":1: /outputs/1/table: there is already a table 'a'" },
  { "output-columns", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'outputs': [{'table': 'a'}]}",
    ":1: /outputs/0/columns: expected a list, found nothing" },
  { "output-column-twice", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'outputs': [{'table': 'a', 'columns': ['P', 'p']}]}",
    ":1: /outputs/0/columns/1: there is already a column 'P'" },
  { "output-column-label", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'outputs': [{'table': 'a', 'columns': ['agent']}]}",
    ":1: /outputs/0/columns/0: there is already a column 'agent'" },
  { "output-label", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'outputs': [{'table': 'a', 'label': 'time_s', 'columns': []}]}",
    ":1: /outputs/0/label: there is already a column 'time_s'" },
  { "output-unknown", FOLIOT_SCENARIO_ERROR_UNKNOWN,
    HEAD ", 'agents': [{'name': 'a', 'type': 'Probe'}], 'outputs': [{'table': 'a', 'every': 1, 'columns': ['txet']}]}",
    ":1: /outputs/0/columns/0: unknown output 'txet', did you mean 'text'?" },
  { "output-pattern", FOLIOT_SCENARIO_ERROR_UNKNOWN,
    HEAD ", 'agents': [{'name': 'a', 'type': 'Probe'}], 'outputs': [{'table': 'a', 'agents': 'b*', 'every': 1, 'columns': ['P']}]}",
    ":1: /outputs/0/agents: no agent's name matches 'b*'" },
  { "output-every", FOLIOT_SCENARIO_ERROR_TYPE, HEAD ", 'outputs': [{'table': 'a', 'every': 0, 'columns': []}]}",
    ":1: /outputs/0/every: expected a time greater than 0" },
  { "output-sampling-without-every", FOLIOT_SCENARIO_ERROR_MISSING, HEAD ", 'outputs': [{'table': 'a', 'agents': 'a*', 'columns': []}]}",
    ":1: /outputs/0/agents: only means something with 'every': without it, agents record rows themselves" },
  { "output-from", FOLIOT_SCENARIO_ERROR_TYPE,
    HEAD ", 'agents': [{'name': 'a', 'type': 'Probe'}], 'outputs': [{'table': 'a', 'every': 1, 'from': -5, 'columns': ['P']}]}",
    ":1: /outputs/0/from: expected a time not before 'init_time'" },
  { "expect-table", FOLIOT_SCENARIO_ERROR_UNKNOWN, HEAD ", 'outputs': [{'table': 'rows', 'columns': ['x']}], 'expect': [{'table': 'rosw'}]}",
    ":1: /expect/0/table: unknown table 'rosw', did you mean 'rows'?" },
  { "expect-column", FOLIOT_SCENARIO_ERROR_UNKNOWN,
    HEAD ", 'outputs': [{'table': 'rows', 'columns': ['power']}], 'expect': [{'table': 'rows', 'column': 'pwoer', 'equals': 1}]}",
    ":1: /expect/0/column: unknown column 'pwoer', did you mean 'power'?" },
  { "expect-by", FOLIOT_SCENARIO_ERROR_UNKNOWN,
    HEAD ", 'outputs': [{'table': 'rows', 'columns': ['power']}], 'expect': [{'table': 'rows', 'column': 'power', 'by': 'time', 'fold': 'sum', 'equals': 1}]}",
    ":1: /expect/0/by: unknown column 'time', expected one of: time_s, agent, power" },
  { "expect-fold", FOLIOT_SCENARIO_ERROR_UNKNOWN, HEAD ", 'outputs': [{'table': 'rows', 'columns': ['x']}], 'expect': [{'table': 'rows', 'fold': 'avg'}]}",
    ":1: /expect/0/fold: unknown fold 'avg', expected one of: none, sum, min, max, mean, last, count" },
  { "expect-no-column", FOLIOT_SCENARIO_ERROR_MISSING, HEAD ", 'outputs': [{'table': 'rows', 'columns': ['x']}], 'expect': [{'table': 'rows', 'equals': 1}]}",
    ":1: /expect/0: expected a 'column', or 'fold': 'count'" },
  { "expect-no-limit", FOLIOT_SCENARIO_ERROR_MISSING, HEAD ", 'outputs': [{'table': 'rows', 'columns': ['x']}], 'expect': [{'table': 'rows', 'column': 'x'}]}",
    ":1: /expect/0: expected at least one of 'at_most', 'at_least', 'equals'" },
  { "expect-tolerance", FOLIOT_SCENARIO_ERROR_TYPE,
    HEAD ", 'outputs': [{'table': 'rows', 'columns': ['x']}], 'expect': [{'table': 'rows', 'column': 'x', 'equals': 1, 'relative_tolerance': -1}]}",
    ":1: /expect/0/relative_tolerance: a tolerance cannot be negative" },
};
/* clang-format on */

static void
test_mistake (gconstpointer data)
{
  const Mistake *mistake = data;
  g_autoptr (Kit) kit = kit_new ();

  kit_write (kit, "data.csv", "time_s,wind\n0,1\n");
  if (mistake->message != NULL)
    kit_assert_refused (kit, mistake->json, NULL, mistake->code, mistake->message);
  else
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FoliotScenario) scenario = kit_load (kit, mistake->json, NULL, &error);

      g_assert_null (scenario);
      g_assert_error (error, FOLIOT_SCENARIO_ERROR, (int) mistake->code);
    }
}

/* -- files -------------------------------------------------------------------------------------------------------- */

static void
test_no_file (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (GError) error = NULL, other = NULL;
  g_autofree char *path = kit_path (kit, "nobody.json"), *message = NULL;

  g_assert_null (foliot_scenario_load (path, NULL, kit->registry, NULL, &error));
  g_assert_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MISSING);
  message = kit_strip (kit, error->message);
  g_assert_cmpstr (message, ==, "nobody.json: no such file or folder");
  g_assert_null (foliot_scenario_load (kit->folder, NULL, kit->registry, NULL, &other));
  g_assert_error (other, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MISSING);
  g_assert_true (g_str_has_suffix (other->message, ": the folder holds no scenario.json"));
}

static void
test_includes (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (FoliotScenario) scenario = NULL;

  kit_write (kit, "low.json",
             HEAD ", 'seed': 1, 'parameters': {'a': 1, 'b': {'c': 2, 'd': 3}}, 'agents': [1]}");
  kit_write (kit, "high.json", "{'seed': 2, 'parameters': {'b': {'c': 20}}}");
  scenario = kit_scenario (
      kit, "{'include': ['low.json', 'high.json'], 'agents': [], 'parameters': {'b': {'d': 30}, 'e': 4}}");
  g_assert_cmpuint (foliot_scenario_get_seed (scenario), ==, 2);
  g_assert_cmpint (foliot_scenario_get_until (scenario), ==, 10 * FOLIOT_SECOND);
  {
    g_autofree char *text = foliot_value_print (scenario->parameters);

    g_assert_cmpstr (text, ==, "{'a': 1, 'b': {'c': 20, 'd': 30}, 'e': 4}");
  }
}

static void
test_include_mistakes (void)
{
  g_autoptr (Kit) kit = kit_new ();

  kit_write (kit, "a.json", "{\n'include': ['b.json']}");
  kit_write (kit, "b.json", "{'include': [\n\n'a.json']}");
  kit_assert_refused (kit, HEAD ", 'include': ['a.json']}", NULL, FOLIOT_SCENARIO_ERROR_CYCLE,
                      "=b.json:3: /include/0: a.json includes itself");
  kit_assert_refused (kit, HEAD ", 'include': ['scenario.json']}", NULL, FOLIOT_SCENARIO_ERROR_CYCLE,
                      ":1: /include/0: scenario.json includes itself");
  kit_assert_refused (kit, HEAD ", 'include': ['nobody.json']}", NULL, FOLIOT_SCENARIO_ERROR_MISSING,
                      ":1: /include/0: no such file: nobody.json");
  kit_assert_refused (kit, HEAD ", 'include': 'a.json'}", NULL, FOLIOT_SCENARIO_ERROR_TYPE,
                      ":1: /include: expected a list, found text");
  kit_write (kit, "bad.json", "{\n'agents': [{'nmae': 'a'}]}");
  kit_assert_refused (kit, HEAD ", 'include': ['bad.json']}", NULL, FOLIOT_SCENARIO_ERROR_UNKNOWN,
                      "=bad.json:2: /agents/0/nmae: unknown member 'nmae', did you mean 'name'?");
  kit_write (kit, "bad.json", "{\n'agents': [}");
  kit_assert_refused (kit, HEAD ", 'include': ['bad.json']}", NULL, FOLIOT_SCENARIO_ERROR_SYNTAX,
                      "=bad.json:2:12: expected a value");
}

/* A relative path starts where the file lies that says it, not where the scenario lies that includes it. */
static void
test_include_elsewhere (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (FoliotScenario) scenario = NULL;
  g_autofree char *folder = kit_path (kit, "elsewhere");

  g_assert_no_errno (g_mkdir (folder, 0700));
  kit_write (kit, "elsewhere/base.json", "{'inputs': [{'file': 'series.csv', 'deliver': []}]}");
  kit_write (kit, "elsewhere/series.csv", "time_s,x\n0,1\n");
  scenario = kit_scenario (kit, HEAD ", 'include': ['elsewhere/base.json']}");
  g_assert_cmpuint (scenario->inputs->len, ==, 1);
}

/* One file in two places is no cycle. */
static void
test_include_twice (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (FoliotScenario) scenario = NULL;

  kit_write (kit, "base.json", "{'seed': 5}");
  kit_write (kit, "a.json", "{'include': ['base.json']}");
  kit_write (kit, "b.json", "{'include': ['base.json']}");
  scenario = kit_scenario (kit, HEAD ", 'include': ['a.json', 'b.json']}");
  g_assert_cmpuint (foliot_scenario_get_seed (scenario), ==, 5);
}

/* -- settings ----------------------------------------------------------------------------------------------------- */

static FoliotScenario *
load_with (Kit *kit, const char *json, const char *a, const char *b)
{
  g_autofree char *quoted_a = kit_quotes (a), *quoted_b = kit_quotes (b != NULL ? b : "");
  const char *settings[] = { quoted_a, b != NULL ? quoted_b : NULL, NULL };
  g_autoptr (GError) error = NULL;
  FoliotScenario *scenario = kit_load (kit, json, settings, &error);

  g_assert_no_error (error);
  return scenario;
}

static void
test_settings (void)
{
  static const char *const json
      = HEAD ", 'parameters': {'n': 1, 'in': {'s': 'a'}}, 'seed': '$n', 'links': [{'loss': 0}]}";
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (FoliotScenario) a = load_with (kit, json, "n=7", "in.s='x'");
  g_autoptr (FoliotScenario) b = load_with (kit, json, "links.0.loss=0.25", "in.s=word");
  g_autoptr (FoliotScenario) c = load_with (kit, json, "init_time='2 s'", "duration=20");
  g_autoptr (FoliotScenario) d = load_with (kit, json, "links.0={'loss': 1}", NULL);
  g_autofree char *text = foliot_value_print (b->parameters);

  g_assert_cmpuint (foliot_scenario_get_seed (a), ==, 7);
  g_assert_cmpuint (g_array_index (b->links, FoliotLinkSpec, 0).loss_ppm, ==, 250000);
  g_assert_cmpstr (text, ==, "{'n': 1, 'in': {'s': 'word'}}");
  g_assert_cmpint (c->init_time, ==, 2 * FOLIOT_SECOND);
  g_assert_cmpint (c->duration, ==, 20 * FOLIOT_SECOND);
  g_assert_cmpuint (g_array_index (d->links, FoliotLinkSpec, 0).loss_ppm, ==, 1000000);
  g_assert_cmpuint (foliot_scenario_get_hash (a), !=, foliot_scenario_get_hash (b));
}

static void
test_setting_mistakes (void)
{
  static const struct
  {
    const char *setting;
    FoliotScenarioError code;
    const char *message;
  } cases[] = {
    { "limit", FOLIOT_SCENARIO_ERROR_SYNTAX, "=--set limit: expected PATH=VALUE, such as seed=7" },
    { "=1", FOLIOT_SCENARIO_ERROR_SYNTAX, "=--set =1: expected PATH=VALUE, such as seed=7" },
    { "limti=1", FOLIOT_SCENARIO_ERROR_UNKNOWN,
      "=--set limti=1: the scenario has no parameter or member 'limti', did you mean 'limit'?" },
    { "lniks.0.loss=1", FOLIOT_SCENARIO_ERROR_UNKNOWN,
      "=--set lniks.0.loss=1: the scenario has no parameter or member 'lniks', did you mean 'links'?" },
    { "links.1.loss=1", FOLIOT_SCENARIO_ERROR_UNKNOWN,
      "=--set links.1.loss=1: the scenario has no parameter or member '1'; it counts the 1 items of a list "
      "from 0" },
    { "limit=[1", FOLIOT_SCENARIO_ERROR_SYNTAX,
      "=--set limit=[1: the value is not JSON: 1:3: expected ',' or ']'" },
    { "limit.x=1", FOLIOT_SCENARIO_ERROR_UNKNOWN,
      "=--set limit.x=1: the scenario has no parameter or member 'x'" },
    { "links.0.los=1", FOLIOT_SCENARIO_ERROR_UNKNOWN,
      "=/links/0/los: unknown member 'los', did you mean 'loss'?" },
    { "seed='x'", FOLIOT_SCENARIO_ERROR_TYPE, NULL },
  };
  g_autoptr (Kit) kit = kit_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *quoted = kit_quotes (cases[i].setting);
      const char *settings[] = { quoted, NULL };

      if (cases[i].message != NULL)
        kit_assert_refused (kit, HEAD ", 'parameters': {'limit': 1}, 'links': [{'loss': 0}]}", settings,
                            cases[i].code, cases[i].message);
    }
}

/* -- templates ----------------------------------------------------------------------------------------------------- */

static void
test_templates (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (FoliotScenario) scenario = kit_scenario (
      kit, HEAD ", 'parameters': {'n': 3, 'deep': {'list': [1, '$n']}},\n"
                "'containers': [{'name': 'c{index}', 'count': '$n', 'codec': {'each': ['blosc', 'blosc', "
                "'blosc']}}],\n"
                "'agents': [{'name': 'a{index}', 'type': 'Probe', 'count': '$n', 'container': 'c{next}',\n"
                "  'args': {'anything': ['{previous}-{index}-{next}', '$deep.list', '$$n', '{other}',\n"
                "                        {'k{index}': {'each': [true, null, '{index}']}}, '$previous', "
                "'$index', '$next']}},\n"
                "  {'name': 'x{index}', 'type': 'Probe', 'count': 0},\n"
                "  {'name': '{index}', 'type': 'Probe'}]}");
  static const char *const expected[] = {
    "{'anything': ['2-0-1', [1, '$n'], '$n', '{other}', {'k{index}': True}, 2, 0, 1]}",
    "{'anything': ['0-1-2', [1, '$n'], '$n', '{other}', {'k{index}': None}, 0, 1, 2]}",
    "{'anything': ['1-2-0', [1, '$n'], '$n', '{other}', {'k{index}': '2'}, 1, 2, 0]}",
  };

  g_assert_cmpuint (scenario->agents->len, ==, 4);
  for (guint i = 0; i < 3; i++)
    {
      const FoliotAgentSpec *spec = &g_array_index (scenario->agents, FoliotAgentSpec, i);
      g_autofree char *text = foliot_value_print (spec->args);
      g_autofree char *name = g_strdup_printf ("a%u", i);

      g_assert_cmpstr (spec->name, ==, name);
      g_assert_cmpuint (spec->container, ==, (i + 1) % 3);
      g_assert_cmpstr (text, ==, expected[i]);
    }
  g_assert_cmpstr (g_array_index (scenario->agents, FoliotAgentSpec, 3).name, ==, "{index}");
}

static void
test_times (void)
{
  static const struct
  {
    const char *text;
    FoliotTime time;
  } times[] = { { "2", 2 * FOLIOT_SECOND },
                { "2.5", 2500 * FOLIOT_MILLISECOND },
                { "'15 min'", 15 * FOLIOT_MINUTE },
                { "'1h'", FOLIOT_HOUR },
                { "'1 d'", 24 * FOLIOT_HOUR },
                { "'3 ms'", 3 * FOLIOT_MILLISECOND },
                { "'7 ns'", 7 },
                { "'0.5 us'", 500 },
                { "'$long'", 42 * FOLIOT_SECOND } };
  g_autoptr (Kit) kit = kit_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autofree char *json = g_strdup_printf (
          "{'foliot': 1, 'name': 't', 'parameters': {'long': '42 s'}, 'duration': %s}", times[i].text);
      g_autoptr (FoliotScenario) scenario = kit_scenario (kit, json);

      g_assert_cmpint (foliot_scenario_get_until (scenario), ==, times[i].time);
    }
}

/* The hash covers what the files say, not where they lie. */
static void
test_hash (void)
{
  static const char *const json
      = HEAD ", 'agents': [{'name': 'a', 'type': 'Probe'}],\n'inputs': [{'file': 'data.csv', "
             "'deliver': [{'column': 'wind', 'agent': 'a', 'input': 'P'}]}]}";
  g_autoptr (Kit) here = kit_new (), there = kit_new ();
  g_autoptr (FoliotScenario) a = NULL, b = NULL, c = NULL;

  kit_write (here, "data.csv", "time_s,wind\n0,1\n");
  kit_write (there, "data.csv", "time_s,wind\n0,1\n");
  a = kit_scenario (here, json);
  b = kit_scenario (there, json);
  kit_write (there, "data.csv", "time_s,wind\n0,2\n");
  c = kit_scenario (there, json);
  g_assert_cmpuint (foliot_scenario_get_hash (a), ==, foliot_scenario_get_hash (b));
  g_assert_cmpuint (foliot_scenario_get_hash (a), !=, foliot_scenario_get_hash (c));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      g_autofree char *path = g_strconcat ("/scenario/mistake/", mistakes[i].name, NULL);

      g_test_add_data_func (path, &mistakes[i], test_mistake);
    }
  g_test_add_func ("/scenario/no-file", test_no_file);
  g_test_add_func ("/scenario/includes", test_includes);
  g_test_add_func ("/scenario/include-mistakes", test_include_mistakes);
  g_test_add_func ("/scenario/include-elsewhere", test_include_elsewhere);
  g_test_add_func ("/scenario/include-twice", test_include_twice);
  g_test_add_func ("/scenario/settings", test_settings);
  g_test_add_func ("/scenario/setting-mistakes", test_setting_mistakes);
  g_test_add_func ("/scenario/templates", test_templates);
  g_test_add_func ("/scenario/times", test_times);
  g_test_add_func ("/scenario/hash", test_hash);
  return g_test_run ();
}
