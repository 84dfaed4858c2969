// Runs recorded Telegraf cases through the parts that this program shares with it: configuration, file input, filters,
// rename, file output. What needs more (other plugins, naming, rounding) is counted and left to the tests of the whole
// program.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "config/document.h"
#include "filters/filter.h"
#include "inputs/file/file_input.h"
#include "outputs/file/file_output.h"
#include "processors/rename/rename.h"
#include "scratch_folder.h"
#include "shared_fixtures.h"

namespace firn {
namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::string> kDifferOnPurpose = {
    {"config.toml/dotted_key", "TOML 1.0 is read, which has dotted keys"},
    {"config.toml/hex_int_error", "TOML 1.0 is read, which has hexadecimal integers"},
    {"config.toml/literal_quoted_key", "TOML 1.0 is read, which has literal keys"},
    {"config.invalid/wrong_type_int_for_string", "a wrong type is an error, not a setting that is silently ignored"},
    {"config.filters/input_metricpass_fields", "metricpass is refused, not supported"},
    {"config.filters/input_metricpass_time", "metricpass is refused, not supported"},
    {"config.agent/buffer_limit_small_ok", "nothing is dropped for lack of room"},
    {"config.agent/output_batch_override", "nothing is dropped for lack of room"},
    {"parsers.influx/precision_1s",
     "a time beyond int64 ns refuses the file instead of wrapping round to another time"},
    {"parsers.influx/escaped_newline_name", "a line feed behind a backslash belongs to the name, as in InfluxDB"},
    {"parsers.influx/two_files_one_bad", "a bad file does not keep others from being taken"},
};

std::string ReadAll(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// Hands every transaction that was finished to the output.
class DirectSink final : public inputs::PullSink {
 public:
  using Take = std::function<void(std::vector<point::Batch>)>;
  explicit DirectSink(Take take) : take_(std::move(take)) {}
  std::optional<int64_t> LastPosition(const std::string&) override { return std::nullopt; }
  Result<std::unique_ptr<inputs::PullTransaction>> Begin(const std::string&, int64_t) override {
    return std::unique_ptr<inputs::PullTransaction>(std::make_unique<Transaction>(*this));
  }

 private:
  class Transaction final : public inputs::PullTransaction {
   public:
    explicit Transaction(DirectSink& sink) : sink_(sink) {}
    Status Write(std::vector<point::Batch> batches) override {
      for (point::Batch& batch : batches) kept_.push_back(std::move(batch));
      return OkStatus();
    }
    Status Finish() override {
      sink_.take_(std::move(kept_));
      return OkStatus();
    }

   private:
    DirectSink& sink_;
    std::vector<point::Batch> kept_;
  };
  Take take_;
};

/// What became of a case here.
struct Outcome {
  std::string beyond;    ///< why the case is not for this test; "" = it is
  std::string problems;  ///< errors of the configuration
};

class CaseRun {
 public:
  explicit CaseRun(const nlohmann::json& description) : description_(description) {}

  Outcome Run() {
    Load();
    if (!outcome_.beyond.empty()) return outcome_;
    for (const config::PluginTable& plugin : document_.plugins) Bind(plugin);
    CheckScope();
    outcome_.problems = diagnostics_.ToStatus().ok() ? "" : diagnostics_.ToStatus().error().message();
    if (outcome_.problems.empty() && outcome_.beyond.empty()) Execute();
    return outcome_;
  }

 private:
  struct Input {
    inputs::FileInputOptions options;
    std::shared_ptr<const filters::Filter> filter;
  };
  struct RunningOutput {
    std::unique_ptr<outputs::Output> output;
    std::shared_ptr<const filters::Filter> filter;
  };

  void Load() {
    config::LoadOptions options;
    const auto environment = description_["env"].get<std::map<std::string, std::string>>();
    options.environment = [environment](std::string_view name) -> std::optional<std::string> {
      const auto found = environment.find(std::string(name));
      return found == environment.end() ? std::nullopt : std::optional<std::string>(found->second);
    };
    std::vector<std::string> files, directories;
    const auto arguments = description_["args"].get<std::vector<std::string>>();
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (arguments[i] == "--config") files.push_back(arguments.at(++i));
      if (arguments[i] == "--config-directory") directories.push_back(arguments.at(++i));
      if (arguments[i] == "--non-strict-env-handling") options.strict_environment = false;
      if (arguments[i] == "--test") outcome_.beyond = "--test";
    }
    const auto sources = config::ReadSourceFiles(files, directories);
    ASSERT_TRUE(sources.ok()) << sources.error().message();
    document_ = config::LoadDocument(*sources, options, diagnostics_);
  }

  template <typename Options>
  std::shared_ptr<const filters::Filter> MakeFilter(const config::PluginTable& plugin, const Options& common) {
    const auto filter = filters::Filter::Make(common.filter);
    if (filter.ok()) return *filter;
    diagnostics_.AddError(plugin.position, plugin.DisplayName() + ": " + filter.error().message());
    return nullptr;
  }

  void Bind(const config::PluginTable& plugin) {
    const std::string name = fmt::format("{}.{}", config::CategoryName(plugin.category), plugin.name);
    if (name == "inputs.file") {
      auto options = inputs::FileInputSchema().Bind(plugin.table, diagnostics_);
      inputs_.push_back({options.value_or({}), MakeFilter(plugin, plugin.input())});
    } else if (name == "processors.rename") {
      auto options = processors::RenameSchema().Bind(plugin.table, diagnostics_);
      processors_.push_back(processors::MakeRename(options.value_or({})));
    } else if (name == "outputs.file") {
      auto options = outputs::FileOutputSchema().Bind(plugin.table, diagnostics_);
      outputs_.emplace_back(options.value_or({}), MakeFilter(plugin, plugin.output()));
    } else if (plugin.name == "nosuch" || plugin.name == "riemann_legacy") {
      diagnostics_.AddError(plugin.position, "unknown plugin " + name);
    } else {
      outcome_.beyond = name;
    }
  }

  void CheckScope() {
    const auto names = [](const config::NamingOptions& naming) {
      return !naming.name_override.empty() || !naming.name_prefix.empty() || !naming.name_suffix.empty();
    };
    for (const config::PluginTable* plugin : document_.Of(config::Category::kInput)) {
      const config::CommonInputOptions& input = plugin->input();
      if (names(input.naming) || !input.tags.empty()) outcome_.beyond = "naming and tags";
    }
    if (!document_.global_tags.empty()) outcome_.beyond = "global tags";
    if (document_.agent.precision != std::chrono::nanoseconds(1)) outcome_.beyond = "rounding of times";
    if (outputs_.empty()) outcome_.beyond = "no outputs";
  }

  void Execute() {
    std::vector<RunningOutput> running;
    for (auto& [options, filter] : outputs_) {
      auto output = outputs::MakeFileOutput(options, *file_system_, standard_output_);
      ASSERT_TRUE(output.ok()) << output.error().message();
      running.push_back({std::move(*output), filter});
    }
    int64_t position = 0;
    for (const Input& input : inputs_) {
      DirectSink sink([&](std::vector<point::Batch> batches) {
        ++position;
        for (point::Batch& batch : batches) Deliver(input.filter->Apply(std::move(batch)), position, running);
      });
      inputs::InputContext context;
      context.clock = &clock_;
      context.pull = &sink;
      (void)inputs::MakeFileInput(input.options, context, *file_system_)->Gather(std::stop_token());
    }
    const std::vector<outputs::ShardProgress> progress = {{0, "source", "shard", position}};
    for (RunningOutput& output : running) ASSERT_TRUE(output.output->Flush(progress).ok());
  }

  void Deliver(point::Batch batch, int64_t position, std::vector<RunningOutput>& to) {
    if (batch.empty()) return;
    for (const auto& processor : processors_) {
      ASSERT_TRUE(processor
                      ->Process(std::move(batch),
                                [&](point::Batch out) {
                                  batch = std::move(out);
                                  return OkStatus();
                                })
                      .ok());
    }
    batch.origin = {0, position, next_sequence_++};
    for (RunningOutput& output : to) {
      std::vector<point::Batch> copy;
      copy.push_back(output.filter->Apply(batch));
      if (copy.front().empty()) continue;
      ASSERT_TRUE(output.output->Write(std::move(copy)).ok());
    }
  }

  const nlohmann::json& description_;
  Outcome outcome_;
  config::Diagnostics diagnostics_;
  config::Document document_;
  std::vector<Input> inputs_;
  std::vector<std::unique_ptr<processors::Processor>> processors_;
  std::vector<std::pair<outputs::FileOutputOptions, std::shared_ptr<const filters::Filter>>> outputs_;
  std::unique_ptr<storage::FileSystem> file_system_ = storage::MakeLocalFileSystem();
  FakeClock clock_{1'700'000'000'000'000'000};
  StringSink standard_output_;
  uint32_t next_sequence_ = 0;
};

std::string SortedLines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  std::sort(lines.begin(), lines.end());
  std::string sorted;
  for (const std::string& line : lines) sorted += line + "\n";
  return sorted;
}

/// What Telegraf's error puts in quotes, and the lines that it names as ":12:".
std::vector<std::string> NamedIn(const std::string& recorded) {
  std::vector<std::string> named;
  for (const char quote : {'"', '\''}) {
    for (size_t at = recorded.find(quote); at != std::string::npos; at = recorded.find(quote, at + 1)) {
      const size_t end = recorded.find(quote, at + 1);
      if (end == std::string::npos) break;
      named.push_back(recorded.substr(at + 1, end - at - 1));
    }
  }
  for (size_t at = recorded.find("line "); at != std::string::npos; at = recorded.find("line ", at + 1)) {
    const std::string number = recorded.substr(at + 5, recorded.find_first_not_of("0123456789", at + 5) - at - 5);
    if (!number.empty()) named.push_back(":" + number + ":");
  }
  return named;
}

/// Whether the problems name any of what Telegraf's error names.
bool NamesTheSame(const std::string& recorded, const std::string& problems) {
  const std::vector<std::string> named = NamedIn(recorded);
  const auto appears = [&](const std::string& text) { return problems.find(text) != std::string::npos; };
  return named.empty() || std::any_of(named.begin(), named.end(), appears);
}

/// "" when the case agrees, else what differs.
std::string Compare(const fs::path& recorded, const nlohmann::json& description, const Outcome& outcome) {
  const bool refused = !outcome.problems.empty();
  if (refused != (description["exit"].get<int>() != 0)) {
    return refused ? "is refused here: " + outcome.problems : "is not refused here";
  }
  if (refused) {
    const bool same = NamesTheSame(ReadAll(recorded / "expected.err"), outcome.problems);
    return same ? "" : "the error names something else: " + outcome.problems;
  }
  for (const auto& [produced, expected] : description["outputs"].items()) {
    std::string actual_text = ReadAll(produced);
    std::string expected_text = ReadAll(recorded / expected.get<std::string>());
    if (description["compare"] == "unordered") {
      actual_text = SortedLines(actual_text);
      expected_text = SortedLines(expected_text);
    }
    if (actual_text != expected_text) return produced + " holds\n" + actual_text + "instead of\n" + expected_text;
  }
  return "";
}

class RecordedCasesTest : public ::testing::TestWithParam<const char*> {};

TEST_P(RecordedCasesTest, Agree) {
  const fs::path group = testing::FixtureFolder(std::string("telegraf/") + GetParam());
  FIRN_SKIP_WITHOUT_FIXTURES(group);
  const fs::path before = fs::current_path();
  int agree = 0, on_purpose = 0, differ = 0, beyond = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(group)) {
    if (!fs::exists(entry.path() / "case.json")) continue;
    const nlohmann::json description = nlohmann::json::parse(ReadAll(entry.path() / "case.json"));
    if (description.contains("mode")) {
      ++beyond;
      continue;
    }
    const std::string name = GetParam() + ("/" + entry.path().filename().string());
    const testing::ScratchFolder folder;
    fs::copy(entry.path(), folder.path(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    fs::current_path(folder.path());
    const Outcome outcome = CaseRun(description).Run();
    if (!outcome.beyond.empty() && outcome.problems.empty()) {
      ++beyond;
    } else if (const std::string difference = Compare(entry.path(), description, outcome); difference.empty()) {
      EXPECT_FALSE(kDifferOnPurpose.contains(name)) << name << " agrees: take it off the list";
      ++agree;
    } else if (kDifferOnPurpose.contains(name)) {
      ++on_purpose;
    } else {
      ++differ;
      ADD_FAILURE() << name << " " << difference;
    }
    fs::current_path(before);
  }
  std::printf("[conformance] telegraf/%s: %d agree, %d differ on purpose, %d differ (%d need the whole program)\n",
              GetParam(), agree, on_purpose, differ, beyond);
}

INSTANTIATE_TEST_SUITE_P(Telegraf, RecordedCasesTest,
                         ::testing::Values("config.agent", "config.directory", "config.env", "config.filters",
                                           "config.invalid", "config.order", "config.run", "config.tags", "config.toml",
                                           "inputs.file", "outputs.file", "parsers.influx", "processors.rename",
                                           "serializers.influx"),
                         [](const auto& instance) {
                           std::string name = instance.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace firn
