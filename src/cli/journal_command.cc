#include "cli/journal_command.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "cli/exit_code.h"
#include "journal/inspect.h"
#include "storage/file_system.h"

namespace firn::cli {
namespace {

using journal::JournalReport;
using journal::Record;
using journal::SegmentReport;

std::string TimeText(int64_t time_ns) {
  constexpr int64_t kNsInSecond = 1'000'000'000;
  int64_t seconds = time_ns / kNsInSecond;
  if (time_ns % kNsInSecond < 0) --seconds;
  const int64_t milliseconds = (time_ns - seconds * kNsInSecond) / 1'000'000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(seconds)), milliseconds);
}

std::string KindText(journal::RecordKind kind) {
  switch (kind) {
    case journal::RecordKind::kPushedBody:
      return "pushed_body";
    case journal::RecordKind::kPulledBatches:
      return "pulled_batches";
    case journal::RecordKind::kPositionEnd:
      return "position_end";
    case journal::RecordKind::kPositionAbort:
      return "position_abort";
    case journal::RecordKind::kPushedRows:
      return "pushed_rows";
    case journal::RecordKind::kGeneration:
      return "generation";
  }
  return fmt::format("kind_{}", static_cast<int>(kind));
}

/// Printable as it is, anything else as \xNN (JSON: \u00NN); quotes and backslashes escaped.
std::string Quoted(std::string_view bytes, bool json) {
  std::string out = "\"";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte >= 0x7f) {
      out += json ? fmt::format("\\u{:04x}", byte) : fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string StateText(const SegmentReport& segment) {
  if (segment.unreadable || segment.scan.damaged_at) return "damaged";
  if (segment.scan.torn) return segment.is_last ? "torn tail" : "damaged";
  return "whole";
}

void PrintSegmentJson(const SegmentReport& segment, std::ostream& out) {
  const journal::SegmentScan& scan = segment.scan;
  out << fmt::format(
      "{{\"path\":{},\"first\":{},\"last\":{},\"records\":{},\"bytes\":{},\"raw_bytes\":{},\"created\":\"{}\","
      "\"state\":\"{}\"}}\n",
      Quoted(segment.path, true), scan.header.first_sequence, scan.last_sequence, scan.records, scan.size_bytes,
      scan.raw_bytes, TimeText(scan.header.created_ns), StateText(segment));
}

void PrintSegments(const JournalReport& report, std::ostream& out) {
  out << fmt::format("journal {}\n", report.id);
  out << fmt::format("{:>12} {:>12} {:>9} {:>12} {:>12}  {:<24}  {:<9}  {}\n", "first", "last", "records", "bytes",
                     "raw bytes", "created", "state", "file");
  for (const SegmentReport& segment : report.segments) {
    const std::string file = segment.path.substr(segment.path.rfind('/') + 1);
    if (segment.unreadable) {
      out << fmt::format("{:>12} {:>12} {:>9} {:>12} {:>12}  {:<24}  {:<9}  {}\n", "?", "?", "?", "?", "?", "?",
                         "damaged", file);
      continue;
    }
    const journal::SegmentScan& scan = segment.scan;
    out << fmt::format("{:>12} {:>12} {:>9} {:>12} {:>12}  {:<24}  {:<9}  {}\n", scan.header.first_sequence,
                       scan.records == 0 ? "-" : std::to_string(scan.last_sequence), scan.records, scan.size_bytes,
                       scan.raw_bytes, TimeText(scan.header.created_ns), StateText(segment), file);
  }
  for (const std::string& path : report.kept_aside) out << fmt::format("kept aside with damaged records: {}\n", path);
}

void PrintRecord(const Record& record, const JournalCommandOptions& options, std::ostream& out) {
  if (options.json) {
    out << fmt::format("{{\"sequence\":{},\"kind\":\"{}\",\"time\":\"{}\",\"bytes\":{}", record.sequence,
                       KindText(record.kind), TimeText(record.time_ns), record.payload.size());
    if (options.payloads) out << ",\"payload\":" << Quoted(record.payload, true);
    out << "}\n";
    return;
  }
  out << fmt::format("{:>12}  {}  {:<14} {:>10} bytes", record.sequence, TimeText(record.time_ns),
                     KindText(record.kind), record.payload.size());
  if (options.payloads) out << "  " << Quoted(record.payload, false);
  out << '\n';
}

int Complain(const Error& error, std::ostream& err) {
  err << "firn journal: " << error.message() << '\n';
  return error.kind() == ErrorKind::kNotFound ? kUsage : kFailed;
}

int Show(const JournalCommandOptions& options, storage::FileSystem& file_system, std::ostream& out, std::ostream& err) {
  const auto reader = journal::ReadFolder(file_system, options.folder, options.from_sequence);
  if (!reader.ok()) return Complain(reader.error(), err);
  int exit_code = kDone;
  uint64_t left = options.limit.value_or(std::numeric_limits<uint64_t>::max());
  while (left > 0) {
    const auto record = (*reader)->Next();
    if (!record.ok()) {
      exit_code = Complain(record.error(), err);
      if (record.error().kind() != ErrorKind::kCorrupt) return exit_code;
      const auto lost = (*reader)->SkipDamage();
      if (!lost.ok()) return Complain(lost.error(), err);
      continue;
    }
    if (!record->has_value()) break;
    PrintRecord(**record, options, out);
    --left;
  }
  return exit_code;
}

int Verify(const JournalReport& report, std::ostream& out, std::ostream& err) {
  uint64_t records = 0;
  uint64_t bytes = 0;
  for (const SegmentReport& segment : report.segments) {
    records += segment.scan.records;
    bytes += segment.scan.size_bytes;
  }
  for (const std::string& problem : report.problems) err << "firn journal: " << problem << '\n';
  out << fmt::format("{} records in {} segments, {} bytes: {}\n", records, report.segments.size(), bytes,
                     report.problems.empty() ? "all whole" : fmt::format("{} problems", report.problems.size()));
  return report.problems.empty() ? kDone : kFailed;
}

}  // namespace

int RunJournal(const JournalCommandOptions& options, std::ostream& out, std::ostream& err) {
  const std::unique_ptr<storage::FileSystem> file_system = storage::MakeLocalFileSystem();
  if (options.action == JournalCommandOptions::Action::kShow) return Show(options, *file_system, out, err);
  const auto report = journal::InspectJournal(*file_system, options.folder);
  if (!report.ok()) return Complain(report.error(), err);
  if (options.action == JournalCommandOptions::Action::kVerify) return Verify(*report, out, err);
  if (options.json) {
    for (const SegmentReport& segment : report->segments) PrintSegmentJson(segment, out);
  } else {
    PrintSegments(*report, out);
  }
  return kDone;
}

}  // namespace firn::cli
