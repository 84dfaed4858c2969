#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "point/batch.h"

namespace firn::lake {

/// The name of the table that a row goes to, as text with placeholders: `{{.Name}}` (the measurement), `{{.Database}}`,
/// `{{.Tag "host"}}` (empty when the series lacks the tag). Spaces inside the braces do not matter. Immutable;
/// thread-safe.
class TableTemplate {
 public:
  /// kInvalidConfig, with the offset, for anything else between braces, and for a template without any text.
  static Result<TableTemplate> Parse(std::string_view text);

  /// True when rows of one batch may go to different tables.
  bool depends_on_tags() const { return depends_on_tags_; }
  /// True when rows of different measurements (databases) go to different tables.
  bool separates_measurements() const { return Has(Kind::kName); }
  bool separates_databases() const { return Has(Kind::kDatabase); }
  /// The table of a series of the batch; `series` is not looked at unless depends_on_tags().
  std::string Render(const point::Batch& batch, uint32_t series) const;

 private:
  enum class Kind : uint8_t { kText, kName, kDatabase, kTag };
  struct Part {
    Kind kind;
    std::string text;  ///< the text, or the tag's key
  };
  bool Has(Kind kind) const {
    return std::any_of(parts_.begin(), parts_.end(), [kind](const Part& part) { return part.kind == kind; });
  }
  static Result<Part> ParsePlaceholder(std::string_view inside, size_t offset);

  std::vector<Part> parts_;
  bool depends_on_tags_ = false;
};

/// Whether a catalog can hold a table of this name: not empty, at most 255 bytes, valid in every engine's paths once
/// encoded.
Status CheckTableName(std::string_view name);

/// A name as one part of a path: letters, digits, `-`, `_` and inner dots stay, all other bytes become %XX.
std::string EncodePathPart(std::string_view name);

}  // namespace firn::lake
