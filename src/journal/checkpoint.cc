#include "journal/checkpoint.h"

#include <array>
#include <charconv>
#include <vector>

#include "base/checksum.h"

namespace firn::journal {
namespace {

constexpr std::string_view kFirstLine = "firn-checkpoint 1\n";
constexpr std::string_view kProduct = "firn-checkpoint ";
constexpr std::string_view kLastLine = "crc32c ";

bool IsEscaped(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '%' || c == 0x7f;
}

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (IsEscaped(c)) {
      out += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::optional<std::string> Unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    uint8_t value = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
    if (error != std::errc() || end != text.data() + i + 3) return std::nullopt;
    out += static_cast<char>(value);
    i += 2;
  }
  return out;
}

/// The text up to `separator`, which is taken off `rest` with it; nothing when it does not come.
std::optional<std::string_view> Take(std::string_view& rest, char separator) {
  const size_t at = rest.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  return taken;
}

std::optional<std::pair<PositionKey, int64_t>> ParseLine(std::string_view line) {
  std::array<std::string, 3> names;
  for (std::string& name : names) {
    const auto field = Take(line, '\t');
    if (!field.has_value()) return std::nullopt;
    auto unescaped = Unescaped(*field);
    if (!unescaped.has_value()) return std::nullopt;
    name = std::move(*unescaped);
  }
  int64_t position = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), position);
  if (error != std::errc() || end != line.data() + line.size()) return std::nullopt;
  return std::pair(PositionKey{std::move(names[0]), std::move(names[1]), std::move(names[2])}, position);
}

}  // namespace

std::string Checkpoint::Serialize() const {
  std::string text(kFirstLine);
  for (const auto& [key, position] : positions_) {
    text += fmt::format("{}\t{}\t{}\t{}\n", Escaped(key.output), Escaped(key.source), Escaped(key.shard), position);
  }
  text += fmt::format("{}{:08x}\n", kLastLine, Crc32c(text));
  return text;
}

Result<Checkpoint> Checkpoint::Parse(std::string_view text) {
  if (!text.starts_with(kProduct)) return Corrupt("not a checkpoint of Firn");
  if (!text.starts_with(kFirstLine))
    return Unsupported("the checkpoint was written by a newer Firn: '{}'", text.substr(0, text.find('\n')));
  const size_t last_line = kLastLine.size() + 8 + 1;
  if (text.size() < kFirstLine.size() + last_line) return Corrupt("the checkpoint is cut off");
  const std::string_view covered = text.substr(0, text.size() - last_line);
  if (text.substr(covered.size()) != fmt::format("{}{:08x}\n", kLastLine, Crc32c(covered))) {
    return Corrupt("the checkpoint's checksum is wrong");
  }
  Checkpoint checkpoint;
  std::string_view rest = covered.substr(kFirstLine.size());
  while (!rest.empty()) {
    const auto line = Take(rest, '\n');
    const auto entry = line.has_value() ? ParseLine(*line) : std::nullopt;
    if (!entry.has_value()) return Corrupt("the checkpoint has a line that is no position");
    checkpoint.positions_.insert(*entry);
  }
  return checkpoint;
}

Result<Checkpoint> Checkpoint::Read(storage::FileSystem& file_system, const std::string& path) {
  const auto text = file_system.ReadFile(path);
  if (!text.ok() && text.error().kind() == ErrorKind::kNotFound) return Checkpoint();
  if (!text.ok()) return text.error();
  auto checkpoint = Parse(*text);
  if (checkpoint.ok()) return checkpoint;
  return Error(
      checkpoint.error().kind(),
      fmt::format("{}: {}; remove the file to go on: positions are then read from the tables, and some input is "
                  "read again",
                  path, checkpoint.error().message()));
}

Status Checkpoint::Write(storage::FileSystem& file_system, const std::string& path) const {
  return file_system.ReplaceFile(path, Serialize());
}

std::optional<int64_t> Checkpoint::Get(const PositionKey& key) const {
  const auto found = positions_.find(key);
  if (found == positions_.end()) return std::nullopt;
  return found->second;
}

void Checkpoint::Set(const PositionKey& key, int64_t position) {
  positions_[key] = position;
}

void Checkpoint::Erase(const PositionKey& key) {
  positions_.erase(key);
}

}  // namespace firn::journal
