#include "journal/inspect.h"

#include <utility>

#include "journal/recovery.h"
#include "journal/segment_list_reader.h"

namespace firn::journal {
namespace {

Result<SegmentReport> InspectSegment(storage::FileSystem& file_system, const std::string& path) {
  SegmentReport report;
  report.path = path;
  auto reader = SegmentReader::Open(file_system, path);
  if (!reader.ok() && reader.error().kind() != ErrorKind::kCorrupt) return reader.error();
  if (!reader.ok()) {
    report.unreadable = reader.error();
    return report;
  }
  FIRN_ASSIGN(report.scan, ScanSegment(**reader));
  return report;
}

void NameProblems(const SegmentReport& segment, JournalReport& report) {
  if (segment.unreadable.has_value()) {
    report.problems.push_back(segment.unreadable->message());
    return;
  }
  const SegmentScan& scan = segment.scan;
  if (scan.damaged_at.has_value()) {
    report.problems.push_back(fmt::format("records are damaged: {} at offset {}", segment.path, *scan.damaged_at));
  }
  // Only the last segment can have a tail that nobody was told about.
  if (scan.torn && !segment.is_last) {
    report.problems.push_back(
        fmt::format("records at the end are damaged: {} at offset {}", segment.path, scan.valid_end));
  }
}

void NameHoles(JournalReport& report) {
  for (size_t i = 1; i < report.segments.size(); ++i) {
    const SegmentReport& before = report.segments[i - 1];
    const SegmentReport& after = report.segments[i];
    const int64_t follows = after.unreadable ? after.first_sequence - 1 : after.scan.header.follows;
    if (before.unreadable || follows == before.scan.last_sequence) continue;
    report.problems.push_back(fmt::format("records {} to {} are missing between {} and {}",
                                          before.scan.last_sequence + 1, follows, before.path, after.path));
  }
}

}  // namespace

Result<JournalReport> InspectJournal(storage::FileSystem& file_system, const std::string& folder) {
  JournalReport report;
  FIRN_ASSIGN(const std::vector<std::string> names, file_system.List(folder));
  for (const std::string& name : names) {
    const std::string path = folder + "/" + name;
    if (name.ends_with(kDamagedSuffix)) report.kept_aside.push_back(path);
    const auto first_sequence = ParseSegmentFileName(name);
    if (!first_sequence.has_value()) continue;
    FIRN_ASSIGN(SegmentReport segment, InspectSegment(file_system, path));
    segment.first_sequence = *first_sequence;
    if (!segment.unreadable && report.id.empty()) report.id = IdText(segment.scan.header.id);
    if (!segment.unreadable && report.id != IdText(segment.scan.header.id)) {
      report.problems.push_back(fmt::format("{} belongs to journal {}", path, IdText(segment.scan.header.id)));
    }
    report.segments.push_back(std::move(segment));
  }
  if (report.segments.empty()) return NotFound("no journal in {}", folder);
  report.segments.back().is_last = true;
  for (const SegmentReport& segment : report.segments) NameProblems(segment, report);
  NameHoles(report);
  return report;
}

Result<std::unique_ptr<Reader>> ReadFolder(storage::FileSystem& file_system, const std::string& folder,
                                           std::optional<int64_t> from_sequence) {
  FIRN_ASSIGN(const Inventory inventory, TakeInventory(file_system, folder));
  if (inventory.list == nullptr) return NotFound("no journal in {}", folder);
  const int64_t from = from_sequence.value_or(inventory.list->first_sequence());
  if (from <= inventory.list->durable_end()) FIRN_TRY(inventory.list->Find(from));
  return std::unique_ptr<Reader>(
      std::make_unique<SegmentListReader>(inventory.list, file_system, from, Payloads::kRead));
}

}  // namespace firn::journal
