#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "formats/line_protocol/parser.h"
#include "inputs/input.h"
#include "point/batch.h"

namespace firn::inputs {

/// Tags that a listener adds to every point; a tag of the same key is replaced.
using ExtraTags = std::vector<std::pair<std::string, std::string>>;

/// Decodes pushed bodies of one shape again and again: what the parser has learned stays, and so do the series with the
/// extra tags. One thread. Equal bodies give equal rows, whatever was decoded before. See also DecodeBody in
/// inputs/input.h.
class BodyDecoder {
 public:
  explicit BodyDecoder(line_protocol::ParserOptions options = {});
  ~BodyDecoder();
  BodyDecoder(BodyDecoder&&) noexcept;
  BodyDecoder& operator=(BodyDecoder&&) noexcept;

  /// The rows of `body`. Bad lines go to `errors`; `body.all_lines_timed` is not looked at.
  std::vector<point::Batch> Decode(const PushedBody& body, line_protocol::ParseErrors& errors);
  /// Whether every good line of the last body had a time of its own.
  bool all_lines_timed() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace firn::inputs
