// Parses any text as a table template and renders it; names that come out are encoded as parts of a path.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lake/partitioning.h"
#include "lake/table_template.h"
#include "point/batch_builder.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)firn::lake::ParsePartitionField(text);
  const auto parsed = firn::lake::TableTemplate::Parse(text);
  if (!parsed.ok()) return 0;
  firn::point::BatchBuilder builder;
  const firn::point::Tag tag{"host", text.empty() ? "x" : text};
  const firn::point::Field field{"v", 1.0};
  builder.Add("cpu", {&tag, 1}, {&field, 1}, 0);
  const auto batches = builder.Take();
  const std::string encoded = firn::lake::EncodePathPart(parsed->Render(batches[0], 0));
  if (encoded.find('/') != std::string::npos || encoded == "." || encoded == "..") std::abort();
  return 0;
}
