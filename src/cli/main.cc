// The command line. Each command is a file of its own with a plain options struct; this one alone knows CLI11.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <memory>

#include "cli/completion_command.h"
#include "cli/exit_code.h"
#include "cli/journal_command.h"
#include "cli/parse_command.h"
#include "cli/rejected_command.h"
#include "cli/run_command.h"
#include "cli/sql_command.h"
#include "cli/starlark_command.h"
#include "cli/state_command.h"
#include "cli/table_command.h"
#include "cli/tsm_command.h"
#include "cli/version_command.h"
#include "config/diagnostics.h"
#include "storage/s3_library.h"

namespace firn::cli {
namespace {

/// The command that the line named; runs after all of the line has been understood.
using Chosen = std::function<int()>;

CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& summary,
                     const std::string& examples) {
  CLI::App* command = parent.add_subcommand(name, summary);
  if (!examples.empty()) command->footer("Examples:\n" + examples);
  return command;
}

void AddWarehouse(CLI::App& command, WarehouseOptions& options) {
  command
      .add_option("-c,--config", options.configs, "Configuration whose [[outputs.iceberg]] says where the tables are")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.add_option("--warehouse", options.warehouse, "Folder or URI of the warehouse, with catalog.db in it")
      ->type_name("DIR");
  command.add_option("--catalog-uri", options.catalog_uri, "File of the SQLite catalog")->type_name("FILE");
  command.add_option("--catalog-name", options.catalog_name, "Name of the catalog in it (firn)")->type_name("NAME");
  command
      .add_option("--path-map", options.path_map, "Look under PATH for locations that begin with PREFIX (repeatable)")
      ->type_name("PREFIX=PATH")
      ->allow_extra_args(false);
}

void AddSql(CLI::App& app, Chosen& chosen) {
  CLI::App* command = AddCommand(
      app, "sql", "Runs SQL on the tables; interactive without a statement",
      "  firn sql --warehouse lake \"SELECT count(*) FROM metrics.cpu\"\n"
      "  firn sql -c telegraf.conf --format csv -o cpu.csv \"SELECT * FROM metrics.cpu WHERE time >= TIMESTAMP "
      "'2026-01-01'\"\n"
      "  firn sql --warehouse lake \"SELECT * FROM metrics.cpu FOR TIMESTAMP AS OF now() - INTERVAL 1 DAY\"\n"
      "  firn sql --warehouse lake 'SELECT * FROM metrics.\"cpu$snapshots\"'\n"
      "  firn sql --metadata lake/metrics/cpu/metadata/00001-….metadata.json \"SELECT * FROM cpu\"");
  auto options = std::make_shared<SqlOptions>();
  AddWarehouse(*command, options->warehouse);
  command
      ->add_option("--metadata", options->metadata_files,
                   "Read a table by its metadata file, without a catalog (repeatable)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command->add_option("--format", options->format, "box, csv, json (an object a line) or parquet")
      ->check(CLI::IsMember({"box", "csv", "json", "parquet"}))
      ->type_name("FORMAT");
  command->add_option("-o,--output", options->output, "File for the answer")->type_name("FILE");
  command->add_option("-f,--file", options->script, "Run the statements of a file; - is standard input")
      ->type_name("FILE");
  command->add_option("--namespace", options->default_namespace, "Namespace of tables that are named without one")
      ->type_name("NAME");
  command->add_option("--memory-limit", options->memory_limit, "Most memory for queries, such as 2GB")
      ->type_name("SIZE");
  command->add_option("--threads", options->threads, "Most threads for queries")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  command->add_option("--max-rows", options->max_rows, "Most rows that a box shows; 0 = all")
      ->capture_default_str()
      ->type_name("N");
  command->add_flag("-v,--verbose", options->verbose, "Tell how many files were read");
  command->add_option("statement", options->statement, "SQL, one or more statements")->type_name("SQL");
  command->callback([&chosen, options] { chosen = [options] { return RunSql(*options); }; });
}

void AddStarlark(CLI::App& app, Chosen& chosen) {
  CLI::App* command = AddCommand(app, "starlark", "Runs Starlark programs; interactive without one",
                                 "  firn starlark script.star\n"
                                 "  firn starlark -c '[x * x for x in range(5)]'\n"
                                 "  firn starlark --steps 1000000 --memory 64MB script.star\n"
                                 "  firn starlark --disassemble -c 'lambda x: x + 1'");
  auto options = std::make_shared<StarlarkOptions>();
  command->add_option("-c,--command", options->expression, "Evaluate an expression, behind FILE, and print the result")
      ->type_name("EXPR");
  command->add_flag("--repl", options->is_interactive, "Go on interactively");
  command->add_flag("--disassemble", options->disassemble, "Show the bytecode instead of running");
  command->add_flag("--profile", options->profile,
                    "Tell steps, time and memory at the end, and the lines that took them");
  command->add_option("--steps", options->steps, "Stop a program after so many steps")->type_name("N");
  command->add_option("--memory", options->memory_bytes, "Stop a program that holds more, such as 64MB (1GiB)")
      ->transform(CLI::AsSizeValue(false))
      ->type_name("SIZE");
  command->add_option("file", options->file, "Program; - is standard input")->type_name("FILE");
  command->callback([&chosen, options] { chosen = [options] { return RunStarlark(*options); }; });
}

void AddTableReader(CLI::App& tables, Chosen& chosen, const std::string& name, const std::string& summary,
                    int (*run)(const TableOptions&)) {
  CLI::App* command = AddCommand(tables, name, summary, "");
  auto options = std::make_shared<TableOptions>();
  AddWarehouse(*command, options->warehouse);
  command->add_flag("--json", options->json, "For programs");
  if (name == "list") {
    command->add_option("namespace", options->table, "Only the tables of this one");
  } else {
    command->add_option("table", options->table, "namespace.table")->required();
  }
  command->callback([&chosen, options, run] { chosen = [options, run] { return run(*options); }; });
}

void AddDrop(CLI::App& tables, Chosen& chosen) {
  CLI::App* command = AddCommand(
      tables, "drop", "Takes a table out of the catalog",
      "  firn table drop metrics.cpu --warehouse lake\n  firn table drop metrics.cpu --warehouse lake --purge --yes");
  auto options = std::make_shared<DropOptions>();
  AddWarehouse(*command, options->table.warehouse);
  command->add_option("table", options->table.table, "namespace.table")->required();
  command->add_flag("--purge", options->purge, "Delete all its files too");
  command->add_flag("--yes", options->yes, "Do not ask");
  command->callback([&chosen, options] { chosen = [options] { return RunTableDrop(*options); }; });
}

void AddRegister(CLI::App& tables, Chosen& chosen) {
  CLI::App* command =
      AddCommand(tables, "register", "Puts a table into the catalog by its metadata file",
                 "  firn table register metrics.cpu lake/metrics/cpu/metadata/00007-….metadata.json --warehouse lake");
  auto options = std::make_shared<RegisterOptions>();
  AddWarehouse(*command, options->table.warehouse);
  command->add_option("table", options->table.table, "namespace.table")->required();
  command->add_option("metadata", options->metadata, "Its metadata.json")->required()->type_name("FILE");
  command->callback([&chosen, options] { chosen = [options] { return RunTableRegister(*options); }; });
}

void AddRelocate(CLI::App& tables, Chosen& chosen) {
  CLI::App* command =
      AddCommand(tables, "relocate", "Rewrites a table's locations after its files were copied elsewhere",
                 "  cp -r /old/lake /new/lake\n"
                 "  firn table relocate metrics.cpu --from /old/lake --to /new/lake --warehouse /new/lake --path-map "
                 "/old/lake=/new/lake");
  auto options = std::make_shared<RelocateOptions>();
  AddWarehouse(*command, options->table.warehouse);
  command->add_option("table", options->table.table, "namespace.table")->required();
  command->add_option("--from", options->from, "Prefix of the locations in its metadata")
      ->required()
      ->type_name("PREFIX");
  command->add_option("--to", options->to, "What it becomes")->required()->type_name("PREFIX");
  command->callback([&chosen, options] { chosen = [options] { return RunTableRelocate(*options); }; });
}

void AddExpire(CLI::App& tables, Chosen& chosen) {
  CLI::App* command = AddCommand(tables, "expire", "Forgets old snapshots and deletes the files that only they need",
                                 "  firn table expire metrics.cpu --older-than 7d --retain-last 10 --warehouse lake");
  auto options = std::make_shared<ExpireCommandOptions>();
  AddWarehouse(*command, options->table.warehouse);
  command->add_option("table", options->table.table, "namespace.table")->required();
  command->add_option("--older-than", options->older_than, "Age, such as 7d or 12h; the table's own setting otherwise")
      ->type_name("AGE");
  command->add_option("--retain-last", options->retain_last, "Keep at least so many snapshots")->type_name("N");
  command->add_flag("--dry-run", options->dry_run, "Only say how many would go");
  command->callback([&chosen, options] { chosen = [options] { return RunTableExpire(*options); }; });
}

void AddTables(CLI::App& app, Chosen& chosen) {
  CLI::App* tables = AddCommand(app, "table", "What is in the catalog",
                                "  firn table list --warehouse lake\n  firn table show metrics.cpu -c telegraf.conf\n  "
                                "firn table files metrics.cpu --warehouse lake --json");
  tables->require_subcommand(1);
  AddTableReader(*tables, chosen, "list", "Lists tables with their rows, files and size", &RunTableList);
  AddTableReader(*tables, chosen, "show", "Shows a table's columns, partitioning and properties", &RunTableShow);
  AddTableReader(*tables, chosen, "history", "Lists a table's snapshots", &RunTableHistory);
  AddTableReader(*tables, chosen, "files", "Lists the files of the current snapshot", &RunTableFiles);
  AddDrop(*tables, chosen);
  AddRegister(*tables, chosen);
  AddRelocate(*tables, chosen);
  AddExpire(*tables, chosen);

  CLI::App* catalog = AddCommand(app, "catalog", "The catalog as a whole", "");
  catalog->require_subcommand(1);
  CLI::App* rebuild =
      AddCommand(*catalog, "rebuild", "Finds the tables under a folder and puts them back into the catalog",
                 "  firn catalog rebuild lake");
  auto options = std::make_shared<RebuildOptions>();
  AddWarehouse(*rebuild, options->warehouse);
  rebuild->add_flag("--json", options->json, "For programs");
  rebuild->add_option("folder", options->folder, "Folder or URI of the warehouse")->required()->type_name("DIR");
  rebuild->callback([&chosen, options] { chosen = [options] { return RunCatalogRebuild(*options); }; });
}

void AddRun(CLI::App& app, Chosen& chosen) {
  CLI::App* command = AddCommand(
      app, "run", "Runs the pipeline: inputs, processors, outputs",
      "  firn run -c telegraf.conf\n  firn run -c telegraf.conf --check\n  firn run -c telegraf.conf --once");
  auto options = std::make_shared<RunCommandOptions>();
  command->add_option("-c,--config", options->configs, "Configuration (repeatable)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command->add_option("--config-directory", options->config_directories, "Folder with *.conf (repeatable)")
      ->type_name("DIR")
      ->allow_extra_args(false);
  command->add_flag("--once", options->once, "Poll every input once, commit, end");
  command->add_flag("--test", options->test, "Print what would be written, write nothing");
  command->add_flag("--check", options->check, "Validate everything, start nothing");
  command->add_flag("!--non-strict-env-handling", options->strict_environment,
                    "Replace environment variables in the text before parsing");
  command->add_flag("--debug", options->debug, "Log more");
  command->add_flag("--quiet", options->quiet, "Log errors only");
  command->callback([&chosen, options] { chosen = [options] { return RunRun(*options, std::cout, std::cerr); }; });
}

void AddParse(CLI::App& app, Chosen& chosen) {
  CLI::App* command = AddCommand(app, "parse", "Shows what Firn makes of line protocol",
                                 "  firn parse body.lp\n"
                                 "  curl -s http://host/body | firn parse --precision s -\n"
                                 "  firn parse --stats load.lp");
  auto options = std::make_shared<ParseCommandOptions>();
  command->add_option("--format", options->format, "line_protocol")->capture_default_str()->type_name("FORMAT");
  command->add_option("--precision", options->precision, "ns, us, ms or s")
      ->check(CLI::IsMember({"ns", "us", "ms", "s"}))
      ->capture_default_str()
      ->type_name("UNIT");
  command
      ->add_option("--default-time", options->default_time, "Time of lines without one, ns since 1970; now otherwise")
      ->type_name("NS");
  command->add_option("--output", options->output, "json or line_protocol")
      ->transform(CLI::CheckedTransformer(std::map<std::string, ParseCommandOptions::Output>{
          {"json", ParseCommandOptions::Output::kJson}, {"line_protocol", ParseCommandOptions::Output::kLineProtocol}}))
      ->option_text("FORMAT");
  command->add_flag("--stats", options->stats, "Parse only; print rows, bytes, seconds, MB/s");
  command->add_flag("--strict", options->strict, "Exit code 3 when a line was refused");
  command->add_option("file", options->file, "File to read; - is standard input")
      ->capture_default_str()
      ->type_name("FILE");
  command->callback([&chosen, options] { chosen = [options] { return RunParse(*options, std::cout, std::cerr); }; });
}

void AddJournal(CLI::App& app, Chosen& chosen) {
  CLI::App* journal =
      AddCommand(app, "journal", "Looks inside a journal; changes nothing",
                 "  firn journal list state/journal\n  firn journal show state/journal --limit 10 --payloads");
  journal->require_subcommand(1);
  const auto add = [&](const std::string& name, const std::string& summary, JournalCommandOptions::Action action) {
    CLI::App* command = AddCommand(*journal, name, summary, "");
    auto options = std::make_shared<JournalCommandOptions>();
    options->action = action;
    command->add_option("folder", options->folder, "Folder of the journal")->required()->type_name("DIR");
    command->add_flag("--json", options->json, "One JSON object a line");
    if (action == JournalCommandOptions::Action::kShow) {
      command->add_option("--from", options->from_sequence, "First sequence number")->type_name("N");
      command->add_option("--limit", options->limit, "Most records")->type_name("N");
      command->add_flag("--payloads", options->payloads, "With what the records hold");
    }
    command->callback(
        [&chosen, options] { chosen = [options] { return RunJournal(*options, std::cout, std::cerr); }; });
  };
  add("list", "A line a segment", JournalCommandOptions::Action::kList);
  add("show", "A line a record", JournalCommandOptions::Action::kShow);
  add("verify", "Reads everything and tells of damage", JournalCommandOptions::Action::kVerify);
}

void AddTsmExport(CLI::App& tsm, Chosen& chosen) {
  CLI::App* command =
      AddCommand(tsm, "export", "Writes the rows of InfluxDB's own files, as its server would answer them",
                 "  firn tsm export ~/.influxdbv2 > all.lp\n"
                 "  firn tsm export /var/lib/influxdb/data/telegraf --measurement 'cpu*' --from 2026-01-01 --format "
                 "parquet -o out");
  auto options = std::make_shared<TsmExportOptions>();
  command->add_option("path", options->path, "Server's root, engine, database, bucket, shard, file or backup")
      ->required()
      ->type_name("PATH");
  command->add_option("--measurement", options->measurements, "Only measurements like this (repeatable)")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  command->add_option("--from", options->from, "First time: RFC 3339 or ns since 1970")->type_name("TIME");
  command->add_option("--to", options->to, "End of the times, itself left out")->type_name("TIME");
  command->add_option("--format", options->format, "line_protocol, csv or parquet")
      ->check(CLI::IsMember({"line_protocol", "csv", "parquet"}))
      ->capture_default_str()
      ->type_name("FORMAT");
  command
      ->add_option("-o,--output", options->output,
                   "Line protocol: a file, - is standard output; csv and parquet: a folder for a file each measurement "
                   "and shard")
      ->capture_default_str()
      ->type_name("FILE");
  command->add_option("--memory", options->memory_mib, "Most memory for reading, MiB")
      ->check(CLI::Range(16, 1 << 20))
      ->capture_default_str()
      ->type_name("MIB");
  command->add_option("--threads", options->threads, "Shards read at a time; 0 = as many as cores")
      ->check(CLI::Range(0, 256))
      ->capture_default_str()
      ->type_name("N");
  command->callback([&chosen, options] { chosen = [options] { return RunTsmExport(*options); }; });
}

void AddTsm(CLI::App& app, Chosen& chosen) {
  CLI::App* tsm = AddCommand(app, "tsm", "Reads InfluxDB's own files (TSM and WAL, 1.x and 2.x); changes nothing",
                             "  firn tsm inspect ~/.influxdbv2\n  firn tsm verify /var/lib/influxdb/data/telegraf\n"
                             "  firn tsm export ~/.influxdbv2/engine --format parquet -o out");
  tsm->require_subcommand(1);
  const auto add = [&](const std::string& name, const std::string& summary,
                       int (*run)(const TsmCommandOptions&, std::ostream&)) {
    CLI::App* command = AddCommand(*tsm, name, summary, "");
    auto options = std::make_shared<TsmCommandOptions>();
    command->add_option("path", options->path, "Server's root, engine, database, bucket, shard, file or backup")
        ->required()
        ->type_name("PATH");
    command->add_flag("--json", options->json, "One JSON object a shard");
    command->callback([&chosen, options, run] { chosen = [options, run] { return run(*options, std::cout); }; });
  };
  add("inspect", "Tells what each shard holds: files, blocks, encodings, times, measurements", &RunTsmInspect);
  add("verify", "Reads every value and tells of damage", &RunTsmVerify);
  AddTsmExport(*tsm, chosen);
}

void AddState(CLI::App& app, Chosen& chosen) {
  CLI::App* state = AddCommand(app, "state", "Shows how far each output and table has come, by source and shard",
                               "  firn state -c telegraf.conf\n  firn state adopt OLD NEW -c telegraf.conf");
  auto options = std::make_shared<StateCommandOptions>();
  state->add_option("-c,--config", options->configs, "Configuration whose state it is")
      ->type_name("FILE")
      ->allow_extra_args(false);
  state->add_flag("--json", options->json, "For programs");
  CLI::App* adopt = AddCommand(*state, "adopt", "Gives the positions of a source to its new name",
                               "  firn state adopt influxdb_v2:http://old:8086/org new-alias -c telegraf.conf");
  auto adopt_options = std::make_shared<AdoptCommandOptions>();
  adopt->add_option("old", adopt_options->old_source, "Source as `firn state` names it")->required()->type_name("OLD");
  adopt->add_option("new", adopt_options->new_source, "Its name now")->required()->type_name("NEW");
  adopt->add_option("-c,--config", adopt_options->configs, "Configuration whose state it is")
      ->type_name("FILE")
      ->allow_extra_args(false);
  adopt->callback([&chosen, adopt_options] {
    chosen = [adopt_options] { return RunStateAdopt(*adopt_options, std::cout, std::cerr); };
  });
  state->callback([&chosen, state, options] {
    if (state->get_subcommands().empty()) chosen = [options] { return RunState(*options, std::cout, std::cerr); };
  });
}

void AddRejected(CLI::App& app, Chosen& chosen) {
  CLI::App* rejected = AddCommand(app, "rejected", "What could not become rows, and why",
                                  "  firn rejected list -c telegraf.conf\n  firn rejected retry -c telegraf.conf --url "
                                  "'http://127.0.0.1:8086/api/v2/write?bucket=b'");
  rejected->require_subcommand(1);
  CLI::App* list = AddCommand(*rejected, "list", "Lists rejected rows, the newest first", "");
  auto options = std::make_shared<RejectedListOptions>();
  AddWarehouse(*list, options->warehouse);
  list->add_option("--namespace", options->name_space, "Namespace of the tables")->type_name("NAME");
  list->add_option("--format", options->format, "box, csv, json or parquet")
      ->check(CLI::IsMember({"box", "csv", "json", "parquet"}))
      ->type_name("FORMAT");
  list->add_option("--limit", options->limit, "Most rows")->capture_default_str()->type_name("N");
  list->callback([&chosen, options] { chosen = [options] { return RunRejectedList(*options); }; });

  CLI::App* retry = AddCommand(*rejected, "retry", "Sends rejected rows to a running Firn again", "");
  auto retry_options = std::make_shared<RejectedRetryOptions>();
  AddWarehouse(*retry, retry_options->warehouse);
  retry->add_option("--namespace", retry_options->name_space, "Namespace of the tables")->type_name("NAME");
  retry->add_option("--url", retry_options->url, "Write endpoint with its parameters")->required()->type_name("URL");
  retry->add_option("--token", retry_options->token, "Token of the endpoint")
      ->envname("FIRN_TOKEN")
      ->type_name("TOKEN");
  retry->add_option("--where", retry_options->where, "Condition in SQL, such as \"reason LIKE '%range%'\"")
      ->type_name("SQL");
  retry->callback([&chosen, retry_options] {
    chosen = [retry_options] { return RunRejectedRetry(*retry_options, std::cout, std::cerr); };
  });
}

std::string DidYouMean(std::string_view word, const std::vector<std::string>& known) {
  const std::string_view nearest = config::NearestWord(word, {known.begin(), known.end()});
  return nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest);
}

std::vector<std::string> NamesOf(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> OptionsOf(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

/// What the shells complete, read off the definitions above.
void CollectWords(const CLI::App& app, const std::string& path, std::vector<CommandWords>& words) {
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  words.push_back({path, OptionsOf(app), NamesOf(commands)});
  for (const CLI::App* command : commands)
    CollectWords(*command, (path.empty() ? "" : path + " ") + command->get_name(), words);
}

void AddRest(CLI::App& app, Chosen& chosen) {
  CLI::App* version = AddCommand(app, "version", "Shows the version", "");
  auto options = std::make_shared<VersionOptions>();
  version->add_flag("--json", options->json, "For programs");
  version->callback([&chosen, options] { chosen = [options] { return RunVersion(*options); }; });

  CLI::App* completion =
      AddCommand(app, "completion", "Prints a completion script for a shell", "  source <(firn completion bash)");
  auto shell = std::make_shared<std::string>();
  completion->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->callback([&chosen, &app, shell] {
    chosen = [&app, shell] {
      std::vector<CommandWords> words;
      CollectWords(app, "", words);
      return RunCompletion(*shell, words);
    };
  });
}

/// What is wrong with the line: a word that no command knows, before anything that the library says of it.
std::string Explain(const CLI::App& app, const std::vector<std::string>& line, const CLI::ParseError& error) {
  const CLI::App* at = &app;
  std::string path = app.get_name();
  for (size_t i = 0; i < line.size(); ++i) {
    const std::string& word = line[i];
    if (word.starts_with('-')) {
      const std::string name = word.substr(0, word.find('='));
      const CLI::Option* option = at->get_option_no_throw(name);
      if (option == nullptr && word.starts_with("--"))
        return fmt::format("{}: no option '{}'{}", path, name, DidYouMean(name, OptionsOf(*at)));
      if (option != nullptr && option->get_items_expected_min() > 0 && name == word) ++i;  // its value
      continue;
    }
    const auto commands = at->get_subcommands([](const CLI::App*) { return true; });
    if (commands.empty()) continue;
    const std::vector<std::string> names = NamesOf(commands);
    const auto found = std::find(names.begin(), names.end(), word);
    if (found == names.end()) return fmt::format("{}: no command '{}'{}", path, word, DidYouMean(word, names));
    at = commands[static_cast<size_t>(found - names.begin())];
    path += " " + word;
  }
  return fmt::format("{}: {}", path, error.what());
}

int Main(int argc, char** argv) {
  CLI::App app("Firn moves InfluxDB data into Apache Iceberg tables, exactly once.", "firn");
  app.require_subcommand(1);
  app.footer(
      "`firn COMMAND --help` tells more of each. Exit codes: 0 done, 1 config or usage, 2 failed, 3 rows rejected "
      "(--strict), 4 a newer process has taken over.");
  Chosen chosen;
  AddRun(app, chosen);
  AddSql(app, chosen);
  AddStarlark(app, chosen);
  AddTables(app, chosen);
  AddParse(app, chosen);
  AddJournal(app, chosen);
  AddTsm(app, chosen);
  AddState(app, chosen);
  AddRejected(app, chosen);
  AddRest(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    if (argc < 2) fmt::print(stderr, "{}\n", app.help());
    fmt::print(stderr, "{} (try --help)\n", Explain(app, {argv + 1, argv + argc}, error));
    return kUsage;
  }
  return chosen();
}

}  // namespace
}  // namespace firn::cli

int main(int argc, char** argv) {
  const firn::storage::S3Library s3;
  return firn::cli::Main(argc, argv);
}
