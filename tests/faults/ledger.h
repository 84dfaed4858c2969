#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace firn::faults {

/// A row as a table gives it back.
struct StoredRow {
  std::string table;
  int64_t id = 0;
  int64_t time_us = 0;
  std::string host;
  std::string check;
  bool operator==(const StoredRow&) const = default;
};

/// What a row must look like, from its number alone: so that cells that change places are noticed.
std::string TableOf(int64_t id);
std::string HostOf(int64_t id);
std::string CheckOf(int64_t id);
int64_t TimeNsOf(int64_t id);
/// The row in line protocol, with a further field when `extra` is not empty.
std::string LineOf(int64_t id, const std::string& extra = {});

/// What is owed to the clients: every acknowledged row, once.
class Ledger {
 public:
  void Sent(int64_t id);          ///< it may be stored, at most once
  void Acknowledged(int64_t id);  ///< it must be stored, once
  void MayRepeat(int64_t id);     ///< it was sent in two different bodies: at least once
  void Gone(int64_t id);          ///< somebody has dropped its table: it may be there or not, at most once
  /// What is owed to another output, where nobody but Firn writes: rows from `first` up to `end` never come there.
  Ledger ForOthers(int64_t first, int64_t end) const;

  /// One line for each row that is missing, there twice, unknown, or not what it was. Empty = exact.
  std::vector<std::string> Compare(const std::vector<StoredRow>& stored) const;

 private:
  enum class State : uint8_t { kSent, kAcknowledged };
  std::map<int64_t, State> rows_;
  std::set<int64_t> repeated_;
  std::set<int64_t> gone_;
};

}  // namespace firn::faults
