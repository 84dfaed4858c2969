// firn_bench_scaling [series|columns|tables]: how the cost of line protocol → committed rows grows with series, columns
// and tables, in processor time on one core. Each figure is the cost of one row (one value, one table) at the small and
// at the large end.
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "generator.h"
#include "lake_run.h"

namespace {

using firn::bench::LakeRun;
using firn::bench::RoundSeconds;

constexpr uint64_t kBodyRows = 5'000;

RoundSeconds Measure(const std::vector<std::string>& bodies, int rounds = 2) {
  LakeRun run(firn::parquet::EncodingSet::kCompatible);
  return firn::bench::MedianRound(run, bodies, rounds);
}

std::vector<std::string> CpuBodies(uint32_t hosts, uint64_t rows) {
  firn::bench::GeneratorOptions options;
  options.hosts = hosts;
  options.values = firn::bench::ValueKind::kTwoDecimal;
  firn::bench::CpuGenerator generator(options);
  std::vector<std::string> bodies;
  for (uint64_t done = 0; done < rows; done += kBodyRows) generator.Append(kBodyRows, bodies.emplace_back());
  return bodies;
}

/// Rows of `fields` values each, of ten series, dealt over `tables` measurements, a body for each of a table's turns.
std::vector<std::string> WideBodies(int tables, int fields, uint64_t rows_a_table) {
  std::vector<std::string> bodies;
  for (int table = 0; table < tables; ++table) {
    std::string& body = bodies.emplace_back();
    for (uint64_t row = 0; row < rows_a_table; ++row) {
      body += fmt::format("m{},host=h{} ", table, row % 10);
      for (int field = 0; field < fields; ++field) {
        body += fmt::format("{}f{}={}.25", field == 0 ? "" : ",", field, (row * 7 + static_cast<uint64_t>(field)) % 97);
      }
      body += fmt::format(" {}\n", 1'451'606'400'000'000'000 + static_cast<int64_t>(row) * 1'000'000'000);
    }
  }
  return bodies;
}

void Print(const char* what, const char* unit, double small, double large) {
  std::printf("%s %s %.1f %.1f\n", what, unit, small, large);
  std::fflush(stdout);
}

void Series() {
  constexpr uint64_t kRows = 300'000;
  const RoundSeconds few = Measure(CpuBodies(100, kRows));
  const RoundSeconds many = Measure(CpuBodies(100'000, kRows));
  const auto a_row = [](double seconds) { return seconds / static_cast<double>(kRows) * 1e9; };
  Print("series_100_100000_parse", "ns/row", a_row(few.parse), a_row(many.parse));
  Print("series_100_100000_all", "ns/row", a_row(few.all()), a_row(many.all()));
}

void Columns() {
  constexpr int kRows = 20'000;
  const auto a_value = [](const RoundSeconds& seconds, int columns) { return seconds.all() / columns / kRows * 1e9; };
  Print("columns_10_900", "ns/value", a_value(Measure(WideBodies(1, 10, kRows)), 10),
        a_value(Measure(WideBodies(1, 900, kRows)), 900));
}

void Tables() {
  constexpr uint64_t kRowsATable = 200;
  const auto a_table = [](const RoundSeconds& seconds, int tables) { return seconds.all() / tables * 1e6; };
  const double few = a_table(Measure(WideBodies(10, 10, kRowsATable)), 10);
  const double many = a_table(Measure(WideBodies(1'000, 10, kRowsATable), /*rounds=*/1), 1'000);
  Print("tables_10_1000", "us/table", few, many);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view only = argc > 1 ? argv[1] : "";
  if (only.empty() || only == "series") Series();
  if (only.empty() || only == "columns") Columns();
  if (only.empty() || only == "tables") Tables();
  return 0;
}
