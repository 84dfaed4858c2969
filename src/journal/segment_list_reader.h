#pragma once

#include <memory>
#include <string>

#include "journal/reader.h"
#include "journal/segment_list.h"
#include "journal/segment_reader.h"
#include "storage/file_system.h"

namespace firn::journal {

/// The Reader over the segments of a list, which may grow and be trimmed meanwhile.
class SegmentListReader final : public Reader {
 public:
  SegmentListReader(std::shared_ptr<SegmentList> list, storage::FileSystem& file_system, int64_t from_sequence,
                    Payloads payloads)
      : list_(std::move(list)), file_system_(file_system), due_(from_sequence), payloads_(payloads) {}

  Result<std::optional<Record>> Next() override;
  Result<int64_t> SkipDamage() override;
  int64_t position() const override { return due_; }

 private:
  /// Stands in the segment that holds due_.
  Status Enter(const Segment& segment);
  /// Goes on to the segment after this one, which must begin where this one ends.
  Status EnterNext();
  void SetEnd();
  Result<SegmentReader::Position> FindDue();
  Error Damage(std::string_view what);

  std::shared_ptr<SegmentList> list_;
  storage::FileSystem& file_system_;
  int64_t due_;
  Payloads payloads_;
  std::optional<Segment> segment_;         ///< where the reader stands; none before the first Next
  std::unique_ptr<SegmentReader> reader_;  ///< none where the segment's header cannot be read
  std::optional<Error> damage_;            ///< reported until SkipDamage
};

}  // namespace firn::journal
