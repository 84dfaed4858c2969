#include "query/sql_tokenizer.h"

#include <cstdlib>
#include <string_view>

#include "query/time_travel.h"

// Any text is cut into tokens that lie in it, in order, without overlap; time travel is found or refused.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view sql(reinterpret_cast<const char*>(data), size);
  const auto tokens = firn::query::TokenizeSql(sql);
  if (!tokens.ok()) return 0;
  size_t end = 0;
  for (const auto& token : *tokens) {
    if (token.offset < end || token.text.empty() || token.end() > sql.size()) std::abort();
    end = token.end();
  }
  std::string rest;
  if (!firn::query::SplitStatements(sql, &rest).ok()) std::abort();
  const auto rewritten = firn::query::RewriteTimeTravel(sql);
  if (rewritten.ok() && !firn::query::TokenizeSql(rewritten->sql).ok()) std::abort();
  return 0;
}
