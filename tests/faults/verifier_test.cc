// The verifier is verified: what must not pass does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger.h"

namespace firn::faults {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

StoredRow RowOf(int64_t id) {
  return {TableOf(id), id, TimeNsOf(id) / 1'000, HostOf(id), CheckOf(id)};
}

class VerifierTest : public ::testing::Test {
 protected:
  VerifierTest() {
    for (int64_t id = 0; id < 10; ++id) {
      ledger_.Sent(id);
      ledger_.Acknowledged(id);
      rows_.push_back(RowOf(id));
    }
  }
  Ledger ledger_;
  std::vector<StoredRow> rows_;
};

TEST_F(VerifierTest, PassesWhatIsExact) {
  EXPECT_THAT(ledger_.Compare(rows_), IsEmpty());
}

TEST_F(VerifierTest, SeesAPlantedGap) {
  rows_.erase(rows_.begin() + 4);
  EXPECT_THAT(ledger_.Compare(rows_), ElementsAre(HasSubstr("row 4 was acknowledged and is missing")));
}

TEST_F(VerifierTest, SeesAPlantedDuplicate) {
  rows_.push_back(rows_[4]);
  EXPECT_THAT(ledger_.Compare(rows_), ElementsAre(HasSubstr("row 4 is there twice")));
}

TEST_F(VerifierTest, SeesCellsThatWereSwapped) {
  std::swap(rows_[2].check, rows_[4].check);
  EXPECT_THAT(ledger_.Compare(rows_), ElementsAre(HasSubstr("row 2"), HasSubstr("row 4")));
}

TEST_F(VerifierTest, SeesARowOfNobody) {
  rows_.push_back(RowOf(99));
  EXPECT_THAT(ledger_.Compare(rows_), ElementsAre(HasSubstr("row 99 was never sent")));
}

TEST_F(VerifierTest, AllowsARowWhoseAnswerIsOpenOnceOnly) {
  ledger_.Sent(50);
  EXPECT_THAT(ledger_.Compare(rows_), IsEmpty());
  rows_.push_back(RowOf(50));
  EXPECT_THAT(ledger_.Compare(rows_), IsEmpty());
  rows_.push_back(RowOf(50));
  EXPECT_THAT(ledger_.Compare(rows_), ElementsAre(HasSubstr("row 50 is there twice")));
}

}  // namespace
}  // namespace firn::faults
