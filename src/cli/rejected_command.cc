#include "cli/rejected_command.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/exit_code.h"
#include "cli/sql_command.h"
#include "http/client.h"

namespace firn::cli {
namespace {

Result<std::string> TableOf(const WarehouseOptions& warehouse, const std::string& name_space) {
  if (!name_space.empty()) return name_space + ".firn_rejected";
  FIRN_ASSIGN(const outputs::iceberg::Options options, ToOutputOptions(warehouse));
  return options.name_space + ".firn_rejected";
}

/// A file of its own that goes away with the object.
class ScratchFile {
 public:
  ScratchFile()
      : path_((std::filesystem::temp_directory_path() / fmt::format("firn-rejected-{}.json", getpid())).string()) {}
  ~ScratchFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

Status Post(http::Client& client, const RejectedRetryOptions& options, const std::string& body) {
  http::ClientRequest request;
  request.method = "POST";
  request.url = options.url;
  request.body = body;
  request.timeout = std::chrono::minutes(1);
  if (!options.token.empty()) request.headers.emplace_back("Authorization", "Token " + options.token);
  FIRN_ASSIGN(const http::Response response, client.Send(request));
  if (response.status / 100 == 2) return OkStatus();
  return Unavailable("{} answered {}: {}", options.url, response.status, response.body);
}

Status SendAgain(const RejectedRetryOptions& options, const std::string& file, std::ostream& out) {
  const auto client = http::MakeClient();
  std::ifstream lines(file);
  std::string body;
  size_t in_body = 0;
  size_t sent = 0;
  size_t skipped = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto row = nlohmann::json::parse(line, nullptr, false);
    if (row.is_discarded() || !row.contains("payload") || !row["payload"].is_string()) {
      ++skipped;  // bytes that are no text have no line protocol to send
      continue;
    }
    const auto payload = row["payload"].get<std::string>();
    body += payload;
    if (!payload.ends_with('\n')) body += '\n';
    ++sent;
    if (++in_body < options.batch_lines) continue;
    FIRN_TRY(Post(*client, options, body));
    body.clear();
    in_body = 0;
  }
  if (in_body > 0) FIRN_TRY(Post(*client, options, body));
  out << sent << " rejected rows sent again";
  if (skipped > 0) out << ", " << skipped << " passed over: their payload is no text";
  out << '\n';
  return OkStatus();
}

}  // namespace

int RunRejectedList(const RejectedListOptions& options) {
  const Result<std::string> table = TableOf(options.warehouse, options.name_space);
  if (!table.ok()) return Report(table.error());
  SqlOptions sql;
  sql.warehouse = options.warehouse;
  sql.format = options.format;
  sql.max_rows = 0;
  sql.statement = fmt::format(
      "SELECT received_at, source, shard, position, line, reason, coalesce(TRY(decode(payload)), payload::VARCHAR) AS "
      "payload "
      "FROM {} ORDER BY received_at DESC, position DESC, line LIMIT {}",
      *table, options.limit);
  return RunSql(sql);
}

int RunRejectedRetry(const RejectedRetryOptions& options, std::ostream& out, std::ostream& err) {
  const Result<std::string> table = TableOf(options.warehouse, options.name_space);
  if (!table.ok()) return Report(table.error());
  const ScratchFile scratch;
  SqlOptions sql;
  sql.warehouse = options.warehouse;
  sql.format = "json";
  sql.output = scratch.path();
  sql.statement =
      fmt::format("SELECT TRY(decode(payload)) AS payload FROM {} {}{} ORDER BY received_at, position, line", *table,
                  options.where.empty() ? "" : "WHERE ", options.where);
  if (const int failed = RunSql(sql); failed != kDone) return failed;
  const Status done = SendAgain(options, scratch.path(), out);
  if (done.ok()) return kDone;
  err << "firn: " << done.error().message() << '\n';
  return kFailed;
}

}  // namespace firn::cli
