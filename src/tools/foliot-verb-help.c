/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

/* Short texts for the terminal; the manual page says more. `foliot VERB --help` prints the same. A paragraph, or an option, is a line
 * here, and is filled when it is printed: terminals have 80 columns, and editors more. */

#define WIDTH       80
#define TEXT_COLUMN 22 /* where the text of an option begins */

typedef struct
{
  const char *verb;
  const char *call, *brief; /* a line of the overview */
  const char *usage;
  const char *text;
} Page;

static const Page pages[] = {
  { "run", "run SCENARIO", "run a scenario", "foliot run SCENARIO [OPTION …]",
    "Runs a scenario to its end and writes the results.\n"
    "\n"
    "SCENARIO is a file, or a folder that holds scenario.json. A folder with a meson.build is built first "
    "when a source is newer than what was built. Results go to results/<scenario>, and replace what an "
    "earlier run left there.\n"
    "\n"
    "  --seed N            seed of all random streams, instead of the scenario's\n"
    "  --until T           end before this time: seconds, or a number and a unit (\"2 h\")\n"
    "  --set PATH=VALUE    change a parameter (limit, control.interval) or a member (links.0.loss); VALUE is "
    "JSON\n"
    "  --check             run the same world twice in lock-step, and name the first event that differs\n"
    "  --realtime          time is that of the machine, from the scenario's init_time to its end\n"
    "  --record FILE       write down all that comes from outside: foliot replay makes the run again from "
    "it\n"
    "  --record-bytes      with --record: keep what is sent, too, and not its hash alone\n"
    "  --record-agents     with --record: keep what each agent hears and says, for foliot replay --only\n"
    "  --through-codec     encode and decode every message; the digest must stay the same\n"
    "  --out DIR           results folder; default results/<scenario>\n"
    "  --events WHICH      which events to keep for foliot diff: first (the first 4 MB, the default), all, "
    "none, or FROM:TO by their numbers, and end behind TO\n"
    "  --modules DIR       look for modules in this folder first\n"
    "  --json              print run.json instead of text\n"
    "  --quiet             print the digest alone\n"
    "\n"
    "Exit codes: 0 fine; 1 an agent failed or an expectation does not hold; 2 wrong arguments or a bad "
    "scenario; 3 --check found a difference; 4 results could not be written; 130 interrupted (results so far "
    "are kept).\n" },
  { "replay", "replay FILE", "run again what was recorded, without its peers",
    "foliot replay FILE [OPTION …]",
    "Makes a recorded run again, without anything that is outside: the same digest, the same results. Each "
    "message that it sends must be as recorded; the first that is not is told, and ends it.\n"
    "\n"
    "  --out DIR           results folder; default results/<scenario>\n"
    "  --only NAME         run one agent, or the agents of one container, alone against what they heard\n"
    "  --lenient           tell differences, and go on\n"
    "  --until T           end before this time\n"
    "  --speed F           simulated time goes F times as fast as real time, at most: 1, 60; default: as "
    "fast as it can\n"
    "  --break N           stop in the debugger before event N\n"
    "  --set PATH=VALUE    change a parameter or member of the recorded scenario\n"
    "  --modules DIR       look for modules in this folder first\n"
    "  --events WHICH      which events to keep for foliot diff, as for foliot run\n"
    "  --json              print run.json instead of text\n"
    "  --quiet             print the digest alone\n"
    "\n"
    "Exit codes: 0 the same run; 1 its agents failed as they did; 3 it differs; 6 it needs what the "
    "recording does not hold; 7 the recording is damaged, cut off, or none.\n" },
  { "diff", "diff A B", "the first event in which two runs differ", "foliot diff A B [OPTION …]",
    "Says in which event two runs differ first: when, whose, what A had and what B had, and what led to it. "
    "A and B are results folders or recordings (*.flj). What a run kept of its events is compared as it is; "
    "where it kept none, the run is made again, as far as needed, if its scenario and module are still the "
    "same.\n"
    "\n"
    "  --scenario SCENARIO  what was run, if it is not found by its name\n"
    "  --modules-a DIR     folder with the module that A ran, if it was built anew since\n"
    "  --modules-b DIR     likewise of B\n"
    "  --json              print JSON instead of text\n"
    "  --quiet             print nothing; the exit code says it\n"
    "\n"
    "Exit codes: 0 the same run; 2 they cannot be compared; 3 they differ.\n" },
  { "show", "show FILE", "what was recorded", "foliot show FILE [--json] [--follow] [--port NAME]",
    "Prints a recording: a line a message, a column a participant, and where it ends, and how.\n"
    "\n"
    "  --json              an object a line\n"
    "  --follow            go on as long as it is being written\n"
    "  --port NAME         only what goes through this port\n"
    "\n"
    "Exit codes: 0 fine; 2 no such file; 7 it is damaged, cut off, or no recording.\n" },
  { "mosaik", "mosaik SCENARIO PLACE", "a scenario as a simulator of mosaik",
    "foliot mosaik SCENARIO HOST:PORT [OPTION …]",
    "Runs the agents of a scenario as a simulator of mosaik, as its section \"cosim\" says "
    "(docs/mosaik.md).\n"
    "\n"
    "  -r, --remote        listen at HOST:PORT for mosaik to connect, instead of connecting to it\n"
    "  -t, --timeout S     how long mosaik may take to call; 60; 0: for ever\n"
    "  -l, --log-level L   debug, info, warning (the default), error or critical\n"
    "  --record FILE       write down what mosaik says; foliot replay plays it back\n"
    "  --record-bytes      with --record: keep what is said to it, too, and not its hash alone\n"
    "  --record-agents     with --record: keep what each agent hears and says, for foliot replay --only\n"
    "  --modules DIR       look for the module in this folder first\n"
    "  --out DIR           results folder; default results/<scenario>\n"
    "  --seed N            seed of all random streams, instead of the scenario's\n"
    "  --set PATH=VALUE    change a parameter or a member; VALUE is JSON\n"
    "  --quiet             print the digest alone\n"
    "\n"
    "Exit codes: 0 the simulation ended; 1 an agent failed, or an expectation does not hold; 2 wrong "
    "arguments or keywords; 4 results could not be written; 5 nobody is there, or mosaik went away in the "
    "middle of a step.\n" },
  { "helics", "helics SCENARIO", "a scenario as a federate of HELICS", "foliot helics SCENARIO [OPTION …]",
    "Runs the agents of a scenario as a federate of a HELICS co-simulation, up to the scenario's end. The "
    "section cosim of the scenario says what is exchanged; docs/helics.md.\n"
    "\n"
    "  --library PATH      the shared library of HELICS; default libhelics.so, where the system's loader "
    "finds it\n"
    "  --core TYPE         core type; default zmq\n"
    "  --broker ADDRESS    of the broker, tcp://HOST:PORT\n"
    "  --core-init WORDS   further words for the core, as HELICS takes them\n"
    "  --name NAME         of the federate; default: the scenario's\n"
    "  --record FILE       write down all that comes from outside; foliot replay plays it back\n"
    "  --record-bytes      with --record: keep what is sent, too, and not its hash alone\n"
    "  --record-agents     with --record: keep what each agent hears and says, for foliot replay --only\n"
    "  --out DIR           results folder; default results/<scenario>\n"
    "  --modules DIR       look for the module in this folder first\n"
    "  --seed N            seed of all random streams, instead of the scenario's\n"
    "  --set PATH=VALUE    change a parameter or a member; VALUE is JSON\n"
    "  --quiet             print the digest alone\n"
    "\n"
    "Exit codes: as for foliot run; 5 no library, no broker, or the federation failed.\n" },
  { "fmu", "fmu SCENARIO -o FILE", "a scenario as an FMU", "foliot fmu SCENARIO -o FILE.fmu [OPTION …]",
    "Writes a scenario as an FMU for co-simulation, with the library and the scenario's module in it "
    "(docs/fmu.md). Its section \"cosim\" says what is exchanged; one that needs sockets or processes is "
    "refused.\n"
    "\n"
    "  -o, --output FILE   the file to write\n"
    "  --fmi 2|3           version of the standard; default 3\n"
    "  --set PATH=VALUE    change a parameter or a member; VALUE is JSON\n"
    "  --quiet             print nothing\n"
    "\n"
    "Exit codes: 0 fine; 2 wrong arguments, or a scenario that cannot be one; 4 could not be written.\n" },
  { "serve", "serve ADDRESS", "let others call the agents of a scenario",
    "foliot serve ADDRESS --scenario SCENARIO [OPTION …]",
    "Serves the agents of a scenario to whoever connects, Foliot or aiomas, and prints `READY <url of the "
    "first agent>` when it listens. ADDRESS is tcp://HOST:PORT (port 0: a free one) or ipc://[/PATH]. The "
    "agents' clocks run with real time, from the scenario's start date on; duration, outputs and "
    "expectations are for `foliot run`. Ctrl-C or SIGTERM ends it.\n"
    "\n"
    "Whoever cannot be talked to (another codec, no certificate, another protocol) is hung up on, which a "
    "line on standard error tells.\n"
    "\n"
    "Of several containers the first has ADDRESS; each other one a free port of the same host, or the path "
    "with .NAME behind it.\n"
    "\n"
    "  --scenario SCENARIO  whose agents: a file, or a folder that holds scenario.json\n"
    "  --record FILE       write down who calls, and with what; foliot replay plays it back\n"
    "  --record-bytes      with --record: keep what is sent, too, and not its hash alone\n"
    "  --codec NAME        json (default), msgpack or blosc: all who connect must use the same\n"
    "  --tls DIR           let nobody in without a certificate of the same CA (foliot certs new)\n"
    "  --set PATH=VALUE    change a parameter or a member; VALUE is JSON\n"
    "\n"
    "Exit codes: 0 ended; 1 an agent failed; 2 wrong arguments or a bad scenario; 5 cannot listen there.\n" },
  { "call", "call URL METHOD", "call an agent of a running system",
    "foliot call URL METHOD [ARGS] [OPTION …]",
    "Calls an agent of a running system, of Foliot or of aiomas, and prints the result as JSON; what has no "
    "JSON form (dates, bytes, agents) in the typed notation of `foliot decode`. URL is what READY says, or "
    "an aiomas agent's addr. ARGS is one argument: a JSON list ('[3, 4]'), or a JSON object of arguments by "
    "name ('{\"a\": 3}'). A date is written as it travels: {\"__type__\": [0, "
    "\"2016-01-01T00:00:00+00:00\"]}.\n"
    "\n"
    "  --codec NAME        json (default), msgpack or blosc: the one that the peer has\n"
    "  --tls DIR           connect with the certificate of this folder\n"
    "\n"
    "Exit codes: 0 fine; 1 the agent answered with a failure, which is printed; 2 wrong arguments; 5 nobody "
    "there, or nobody who speaks like this.\n" },
  { "describe", "describe SCENARIO", "what a scenario, an agent type or a container offers",
    "foliot describe SCENARIO | MODULE:TYPE [--json]\n       foliot describe URL [--codec NAME] [--tls DIR] "
    "[--json]\n       foliot describe --schema",
    "Says what a scenario holds (agents and what they expose, links, inputs, outputs), or what an agent type "
    "exposes, or what is there in a running container of Foliot: URL is the container's, or an agent's. Of "
    "an agent of aiomas it tells the class.\n"
    "\n"
    "  --json              print JSON\n"
    "  --schema            print the JSON schema of scenario files\n"
    "  --codec NAME        json (default), msgpack or blosc: the one that the peer has\n"
    "  --tls DIR           connect with the certificate of this folder\n"
    "\n"
    "Exit codes: 0 fine; 1 it does not say what is there; 2 wrong arguments or a bad scenario; 5 nobody "
    "there, or nobody who speaks like this.\n" },
  { "wire", "wire LISTEN CONNECT", "record what two programs say to each other, or play one of them",
    "foliot wire LISTEN CONNECT [LISTEN CONNECT …] --record FILE [OPTION …]\n       foliot wire --replay "
    "FILE --as NAME --listen|--connect HOST:PORT […]",
    "Listens in on two programs on mosaik's or aiomas' wire: one connects to LISTEN, the other listens at "
    "CONNECT. What they say is handed on as it is, and recorded. LISTEN and CONNECT are HOST:PORT (port 0: a "
    "free one) or ipc://[/PATH]. It prints `READY HOST:PORT`, and ends when one of them hangs up, or by "
    "Ctrl-C or SIGTERM.\n"
    "\n"
    "  --record FILE       the journal; one that is there is replaced. It holds plain text, also with TLS\n"
    "  --name-listen NAME  who connects to LISTEN; default left; may be repeated, for each pair\n"
    "  --name-connect NAME  who listens at CONNECT; default right; likewise\n"
    "  --connections N     how many conversations are taken at each LISTEN; default 1\n"
    "  --keep              take as many as there are, until Ctrl-C or SIGTERM\n"
    "  --tls DIR           encrypt both connections with the certificate of this folder\n"
    "\n"
    "With --replay the recorded side NAME is played against the live other side, whose messages are compared "
    "with the recorded ones by value; of mosaik's max_advance, which is known to vary, it is only counted "
    "how often it differs.\n"
    "\n"
    "  --replay FILE       the recording\n"
    "  --as NAME           whose side is played: a column of foliot show\n"
    "  --listen HOST:PORT  where the live side connects to\n"
    "  --connect HOST:PORT  where the live side listens\n"
    "  --conversation K    in which conversation, by its number, if NAME has several\n"
    "  --lenient           go on behind a difference\n"
    "\n"
    "Exit codes: 0 fine; 2 wrong arguments; 3 the live side says something else; 4 cannot be recorded; 5 "
    "nobody there; 7 the recording is damaged or none.\n" },
  { "new", "new FOLDER", "start a scenario of one's own", "foliot new FOLDER",
    "Makes a folder with a scenario, an agent in C, a test and a build file; `foliot run FOLDER` builds and "
    "runs it.\n" },
  { "certs", "certs new DIR", "certificates for encrypted links", "foliot certs new|renew DIR [OPTION …]",
    "new makes DIR a folder for --tls: ca.pem, cert.pem and key.pem. Its CA, with the key that lets others "
    "in, is the folder DIR-ca; it is made if there is none. renew gives DIR a new certificate for the same "
    "key, name and hosts.\n"
    "\n"
    "  --host NAME         a name or address by which others connect to it, without a port; may be repeated; "
    "default localhost, 127.0.0.1 and ::1\n"
    "  --name NAME         whose certificate it is; default the folder's name\n"
    "  --for USE           server, client, or both (default)\n"
    "  --days N            how long it is good, from now; default 365\n"
    "  --ca FOLDER         the CA: those of one CA believe each other; default DIR-ca\n"
    "\n"
    "Exit codes: 0 fine; 2 wrong arguments, or files that are there already, missing or unfit; 4 could not "
    "be written.\n" },
  { "bench", "bench", "measure this machine", "foliot bench [NAME …]",
    "Measures this machine: each line gives a figure, its unit, and its ratio to a reference in the same "
    "run. NAME picks the benchmarks whose names contain it.\n" },
  { "encode", "encode", "typed values to bytes",
    "foliot encode [--codec json|msgpack|blosc] [--serializers LIST]",
    "Reads one value in typed notation a line, writes one hex string a line. A line that cannot be done "
    "gives `error …`.\n"
    "\n"
    "  -c, --codec NAME    the wire format: json (default), msgpack or blosc\n"
    "  -s, --serializers LIST  what is registered, in order: date, V, W, proxy; default date,V,proxy\n" },
  { "decode", "decode", "and back", "foliot decode [--codec json|msgpack|blosc] [--serializers LIST]",
    "Reads one hex string a line, writes one value in typed notation a line. A line that cannot be done "
    "gives `error …`.\n"
    "\n"
    "  -c, --codec NAME    the wire format: json (default), msgpack or blosc\n"
    "  -s, --serializers LIST  what is registered, in order: date, V, W, proxy; default date,V,proxy\n" },
};

static void
print_overview (void)
{
  printf ("Foliot: deterministic simulation of communicating agents\n\n");
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    printf ("  foliot %-22s %s\n", pages[i].call, pages[i].brief);
  printf ("  foliot %-22s more about a verb\n  foliot --version\n", "help VERB");
}

static int
complain (const char *verb)
{
  fprintf (stderr, "foliot: no help for \"%s\"; the verbs are: ", verb);
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    fprintf (stderr, "%s%s", i > 0 ? ", " : "", pages[i].verb);
  fprintf (stderr, "\n");
  return FOLIOT_EXIT_USAGE;
}

/* Where the text begins: behind the name of an option, which stands apart by two blanks. */
static gsize
get_head (const char *line)
{
  const char *gap = g_str_has_prefix (line, "  -") ? strstr (line + 2, "  ") : NULL;

  while (gap != NULL && *gap == ' ')
    gap++;
  return gap != NULL ? (gsize) (gap - line) : 0;
}

static void
print_filled (const char *line)
{
  gsize head = get_head (line), column = head;
  g_auto (GStrv) words = g_strsplit (line + head, " ", -1);

  printf ("%.*s", (int) head, line);
  for (gsize i = 0; words[i] != NULL; i++)
    {
      gsize width = (gsize) g_utf8_strlen (words[i], -1);

      if (i > 0 && column + 1 + width > WIDTH)
        {
          printf ("\n%*s", head > 0 ? TEXT_COLUMN : 0, "");
          column = head > 0 ? TEXT_COLUMN : 0;
        }
      else if (i > 0)
        {
          putchar (' ');
          column++;
        }
      fputs (words[i], stdout);
      column += width;
    }
  putchar ('\n');
}

static void
print_page (const Page *page)
{
  g_auto (GStrv) lines = g_strsplit (page->text, "\n", -1);

  printf ("Usage: %s\n\n", page->usage);
  for (gsize i = 0; lines[i + 1] != NULL; i++) /* the last line ends, too */
    print_filled (lines[i]);
}

int
foliot_verb_help (int argc, char **argv)
{
  if (argc < 2 || g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h"))
    {
      print_overview ();
      return FOLIOT_EXIT_OK;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    if (g_str_equal (pages[i].verb, argv[1]))
      {
        print_page (&pages[i]);
        return FOLIOT_EXIT_OK;
      }
  return complain (argv[1]);
}
