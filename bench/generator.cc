#include "generator.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace firn::bench {
namespace {

constexpr std::array<std::string_view, 10> kFields = {"usage_user",   "usage_system",    "usage_idle",    "usage_nice",
                                                      "usage_iowait", "usage_irq",       "usage_softirq", "usage_steal",
                                                      "usage_guest",  "usage_guest_nice"};
constexpr std::array<std::string_view, 9> kRegions = {"us-east-1",      "us-west-1",      "us-west-2",
                                                      "eu-west-1",      "eu-central-1",   "ap-southeast-1",
                                                      "ap-southeast-2", "ap-northeast-1", "sa-east-1"};
constexpr std::array<std::string_view, 3> kSystems = {"Ubuntu16.10", "Ubuntu16.04LTS", "Ubuntu15.10"};
constexpr std::array<std::string_view, 2> kArchitectures = {"x64", "x86"};
constexpr std::array<std::string_view, 4> kTeams = {"SF", "NYC", "LON", "CHI"};
constexpr std::array<std::string_view, 3> kEnvironments = {"production", "staging", "test"};

/// Mixes a host's number: its tags are the same in every run.
uint64_t Mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

template <typename T>
void AppendNumber(T value, std::string& out) {
  char text[40];
  out.append(text, std::to_chars(text, text + sizeof(text), value).ptr);
}

}  // namespace

Result<ValueKind> ParseValueKind(std::string_view name) {
  if (name == "integer") return ValueKind::kInteger;
  if (name == "two-decimal") return ValueKind::kTwoDecimal;
  if (name == "double") return ValueKind::kDouble;
  return InvalidInput("values are integer, two-decimal or double, not {}", name);
}

CpuGenerator::CpuGenerator(GeneratorOptions options)
    : options_(options), random_(options.seed), time_ns_(options.start_ns) {
  values_.resize(size_t{options.hosts} * kFields.size() * sizeof(double));
  for (size_t i = 0; i < values_.size(); i += sizeof(double)) {
    const double value = static_cast<double>(Next() % 10'000) / 100;
    std::memcpy(values_.data() + i, &value, sizeof(value));
  }
}

uint64_t CpuGenerator::Next() {
  random_ += 0x9e3779b97f4a7c15;
  return Mix(random_);
}

void CpuGenerator::AppendKey(uint32_t host, std::string& out) const {
  const uint64_t mixed = Mix(host + 1);
  const std::string_view region = kRegions[mixed % kRegions.size()];
  out += "cpu,hostname=host_";
  AppendNumber(host, out);
  out.append(",region=").append(region);
  out.append(",datacenter=").append(region) += static_cast<char>('a' + (mixed >> 8) % 3);
  out += ",rack=";
  AppendNumber((mixed >> 16) % 100, out);
  out.append(",os=").append(kSystems[(mixed >> 24) % kSystems.size()]);
  out.append(",arch=").append(kArchitectures[(mixed >> 28) % kArchitectures.size()]);
  out.append(",team=").append(kTeams[(mixed >> 32) % kTeams.size()]);
  out += ",service=";
  AppendNumber((mixed >> 36) % 20, out);
  out += ",service_version=";
  AppendNumber((mixed >> 44) % 2, out);
  out.append(",service_environment=").append(kEnvironments[(mixed >> 48) % kEnvironments.size()]);
}

void CpuGenerator::AppendValue(double value, std::string& out) const {
  switch (options_.values) {
    case ValueKind::kInteger:
      AppendNumber(static_cast<int64_t>(value), out);
      out += 'i';
      return;
    case ValueKind::kTwoDecimal: {
      const auto hundredths = static_cast<int64_t>(value * 100);
      AppendNumber(hundredths / 100, out);
      out += '.';
      out += static_cast<char>('0' + hundredths / 10 % 10);
      out += static_cast<char>('0' + hundredths % 10);
      return;
    }
    case ValueKind::kDouble:
      AppendNumber(value, out);
      return;
  }
}

void CpuGenerator::Append(uint64_t count, std::string& out) {
  for (uint64_t i = 0; i < count; ++i) {
    AppendKey(host_, out);
    for (size_t field = 0; field < kFields.size(); ++field) {
      char* const stored = values_.data() + (size_t{host_} * kFields.size() + field) * sizeof(double);
      double value = 0;
      std::memcpy(&value, stored, sizeof(value));
      // A step of at most one to either side, with all the digits that a double has.
      value += static_cast<double>(Next() >> 11) / static_cast<double>(uint64_t{1} << 52) - 1;
      value = std::clamp(value, 0.0, 100.0);
      std::memcpy(stored, &value, sizeof(value));
      out += field == 0 ? ' ' : ',';
      out.append(kFields[field]) += '=';
      AppendValue(value, out);
    }
    out += ' ';
    AppendNumber(time_ns_, out);
    out += '\n';
    if (++host_ == options_.hosts) {
      host_ = 0;
      time_ns_ += options_.step_ns;
    }
  }
}

}  // namespace firn::bench
