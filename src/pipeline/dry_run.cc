#include "pipeline/dry_run.h"

#include "base/log.h"
#include "formats/line_protocol/writer.h"
#include "pipeline/input_counters.h"
#include "pipeline/topology.h"

namespace firn::pipeline {
namespace {

Status Print(const std::vector<point::Batch>& batches, ByteSink& out) {
  line_protocol::WriterOptions options;
  options.unsigned_integers = true;
  line_protocol::WriteReport report;
  std::string text;
  for (const point::Batch& batch : batches) {
    for (size_t row = 0; row < batch.rows(); ++row) {
      std::string line;
      line_protocol::WriteRow(batch, row, options, line, report);
      if (!line.empty()) text += "> " + line;
    }
  }
  return out.Append(text);
}

class PrintingTransaction final : public inputs::PullTransaction {
 public:
  PrintingTransaction(std::string source, const StageChain& stages, ByteSink& out)
      : source_(std::move(source)), stages_(stages), out_(out) {}
  Status Write(std::vector<point::Batch> batches) override {
    FIRN_ASSIGN(std::vector<point::Batch> ready, stages_.Apply(source_, std::move(batches)));
    return Print(ready, out_);
  }
  Status Finish() override { return OkStatus(); }

 private:
  const std::string source_;
  const StageChain& stages_;
  ByteSink& out_;
};

class PrintingSink final : public inputs::PullSink {
 public:
  PrintingSink(std::string source, const StageChain& stages, ByteSink& out)
      : source_(std::move(source)), stages_(stages), out_(out) {}
  std::optional<int64_t> LastPosition(const std::string&) override { return std::nullopt; }
  Result<std::unique_ptr<inputs::PullTransaction>> Begin(const std::string&, int64_t) override {
    return std::unique_ptr<inputs::PullTransaction>(std::make_unique<PrintingTransaction>(source_, stages_, out_));
  }

 private:
  const std::string source_;
  const StageChain& stages_;
  ByteSink& out_;
};

}  // namespace

Status PrintWhatWouldBeWritten(const config::Document& document, const PipelineSeams& seams, ByteSink& out,
                               std::stop_token stop) {
  config::Diagnostics diagnostics;
  const Topology topology = BuildTopology(document, diagnostics);
  const StageChain stages = StagesWithoutOutput(document, diagnostics);
  FIRN_TRY(diagnostics.ToStatus());
  PluginSeams plugin_seams;
  plugin_seams.clock = seams.clock;
  plugin_seams.random = seams.random;
  plugin_seams.file_system = seams.file_system;
  http::ServerPool servers;
  Status first_failure;
  for (const Topology::Input& input : topology.inputs) {
    if (input.bound.listens) {
      log::Info("{} listens: nothing to print", input.display_name);
      continue;
    }
    NamedCounters counters;
    PrintingSink sink(input.bound.source, stages, out);
    const inputs::InputContext context = {input.bound.source, seams.clock, &servers, seams.client, nullptr, &sink,
                                          &counters};
    Result<inputs::AnyInput> made = input.bound.make(context, plugin_seams);
    Status gathered = made.status();
    if (made.ok()) gathered = std::get<std::unique_ptr<inputs::PollingInput>>(*made)->Gather(stop);
    if (gathered.ok()) continue;
    log::LogError("{}: {}", input.display_name, gathered.error().message());
    if (first_failure.ok()) first_failure = gathered.WithContext(input.display_name);
  }
  return first_failure;
}

}  // namespace firn::pipeline
