#include "formats/line_protocol/parser.h"

#include <algorithm>
#include <string>
#include <utility>

#include "formats/line_protocol/fast_line.h"
#include "formats/line_protocol/measurement_writer.h"
#include "formats/line_protocol/plain_line.h"
#include "formats/line_protocol/series_interner.h"

namespace firn::line_protocol {
namespace {

constexpr size_t kDetailBytes = 64;

bool HasControlBytes(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; });
}

}  // namespace

class LineProtocolParser::Impl {
 public:
  explicit Impl(ParserOptions options)
      : options_(std::move(options)), series_(options_, state_.progress), fast_(options_, series_, state_) {}

  std::vector<point::Batch> Parse(std::string_view body, int64_t default_time_ns, ParseErrors& errors,
                                  size_t* consumed);

  ParserOptions& options() { return options_; }
  const BodyState& state() const { return state_; }

 private:
  /// Reads the line at the beginning of `rest` by the plain path. False when its end is not there and must be waited
  /// for.
  bool ReadOneLine(std::string_view rest, bool wait_for_end, size_t& length);
  bool AddLine(std::string_view line, Fault& fault);
  void Report(std::string_view line, size_t offset, Fault& fault);

  ParserOptions options_;
  BodyState state_;
  SeriesInterner series_;
  FastPath fast_;
  ParseErrors* errors_ = nullptr;
  const char* body_ = nullptr;
  // Scratch of the plain path.
  RawLine raw_;
  std::vector<ParsedField> fields_;
  std::vector<std::string> strings_;
};

std::vector<point::Batch> LineProtocolParser::Impl::Parse(std::string_view body, int64_t default_time_ns,
                                                          ParseErrors& errors, size_t* consumed) {
  if (series_.ForgetIfLarge()) state_.before_first.next = nullptr;
  errors_ = &errors;
  body_ = body.data();
  fast_.Start();
  state_.last = &state_.before_first;
  state_.default_time_ns = default_time_ns;
  state_.all_lines_timed = true;
  state_.rows = 0;
  state_.lines = 0;
  state_.progress = {0, body.size()};
  const char* at = body.data();
  const char* const end = at + body.size();
  while (at < end) {
    if (!options_.plain_path_only) at = fast_.ReadLines(at, end);
    if (at == end) break;
    size_t length = 0;
    state_.progress.bytes_read = static_cast<uint64_t>(at - body_);
    if (!ReadOneLine({at, static_cast<size_t>(end - at)}, consumed != nullptr, length)) break;
    at += length;
  }
  if (consumed != nullptr) *consumed = static_cast<size_t>(at - body_);

  std::vector<point::Batch> batches;
  series_.TakeBatches(batches);
  for (size_t i = 0; i < batches.size(); ++i) batches[i].origin.sequence = static_cast<uint32_t>(i);
  return batches;
}

bool LineProtocolParser::Impl::ReadOneLine(std::string_view rest, bool wait_for_end, size_t& length) {
  const size_t line_length = LineLength(rest, options_.dialect);
  const bool has_end = line_length < rest.size();
  if (!has_end && wait_for_end) return false;
  length = line_length + (has_end ? 1 : 0);
  std::string_view line = rest.substr(0, line_length);
  if (options_.dialect.carriage_return_ends_line && !line.empty() && line.back() == '\r') line.remove_suffix(1);
  const size_t lead = SkipLeading(line, options_.dialect);
  const bool is_comment = lead < line.size() && line[lead] == '#';
  Fault fault;
  if (is_comment && !options_.dialect.control_bytes && HasControlBytes(line.substr(lead))) {
    fault = {ParseErrorCode::kInvalidCharacter, lead, {}};
  } else if (lead < line.size() && !is_comment) {
    AddLine(line, fault);
  }
  if (fault.code != ParseErrorCode::kNone) Report(line, static_cast<size_t>(rest.data() - body_), fault);
  state_.lines += static_cast<uint64_t>(std::count(rest.begin(), rest.begin() + static_cast<ptrdiff_t>(length), '\n'));
  return true;
}

bool LineProtocolParser::Impl::AddLine(std::string_view line, Fault& fault) {
  if (line.size() > options_.limits.line_bytes) {
    fault = {ParseErrorCode::kLineTooLong, options_.limits.line_bytes, {}};
    return false;
  }
  if (!ReadPlainLine(line, options_, raw_, fault)) return false;
  SeriesEntry* entry = series_.FindOrAdd(raw_, fault);
  if (entry == nullptr) return false;
  MeasurementWriter& writer = *entry->measurement;

  fields_.clear();
  strings_.clear();
  strings_.reserve(raw_.fields.size());  // views into them are kept
  FieldName** link = &writer.first_field;
  for (const RawField& field : raw_.fields) {
    FieldName* name = writer.FindOrAddField(field.name);
    *link = name;
    link = &name->next;
    std::string_view text = field.text;
    if (field.has_escapes) {
      UnescapeString(field.text, options_.dialect.string_escapes, strings_.emplace_back());
      text = strings_.back();
    }
    fields_.push_back({name, field.type, {field.bits, text}});
  }
  writer.AddRow(fields_, entry->series, raw_.has_time ? raw_.time_ns : state_.default_time_ns);
  ++state_.rows;
  state_.all_lines_timed &= raw_.has_time;
  if (entry->repeatable) {
    state_.last->next = entry;
    state_.last = entry;
  }
  return true;
}

void LineProtocolParser::Impl::Report(std::string_view line, size_t offset, Fault& fault) {
  ++errors_->total;
  if (errors_->kept.size() >= options_.limits.errors_kept) return;
  ParseError& error = errors_->kept.emplace_back();
  error.line = errors_->lines_before + state_.lines + 1;
  error.column = fault.at + 1;
  error.offset = errors_->bytes_before + offset + fault.at;
  error.code = fault.code;
  // InfluxDB quotes the line without what leads it.
  line.remove_prefix(SkipLeading(line, options_.dialect));
  error.text = std::string(line.substr(0, options_.limits.error_text_bytes));
  error.detail = fault.detail.substr(0, kDetailBytes);
}

LineProtocolParser::LineProtocolParser(ParserOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
LineProtocolParser::~LineProtocolParser() = default;
LineProtocolParser::LineProtocolParser(LineProtocolParser&&) noexcept = default;
LineProtocolParser& LineProtocolParser::operator=(LineProtocolParser&&) noexcept = default;

std::vector<point::Batch> LineProtocolParser::Parse(std::string_view body, int64_t default_time_ns,
                                                    ParseErrors& errors) {
  return impl_->Parse(body, default_time_ns, errors, nullptr);
}

std::vector<point::Batch> LineProtocolParser::ParseChunk(std::string_view chunk, int64_t default_time_ns,
                                                         ParseErrors& errors, size_t& consumed) {
  return impl_->Parse(chunk, default_time_ns, errors, &consumed);
}

void LineProtocolParser::set_precision_ns(int64_t precision_ns) {
  impl_->options().precision_ns = precision_ns;
}
bool LineProtocolParser::all_lines_timed() const {
  return impl_->state().all_lines_timed;
}
size_t LineProtocolParser::last_rows() const {
  return impl_->state().rows;
}
uint64_t LineProtocolParser::last_lines() const {
  return impl_->state().lines;
}

}  // namespace firn::line_protocol
