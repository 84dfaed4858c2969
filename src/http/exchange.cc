#include "http/exchange.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/result.h"
#include "http/shown_url.h"

namespace firn::http {
namespace {

using SteadyClock = std::chrono::steady_clock;

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t from = text.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

void AppendTo(HeaderList& list, const std::string& text) {
  curl_slist* longer = curl_slist_append(list.get(), text.c_str());
  if (longer == nullptr) return;
  static_cast<void>(list.release());
  list.reset(longer);
}

Result<std::string> ReadCertificates(const std::vector<std::string>& files) {
  std::ostringstream all;
  for (const std::string& name : files) {
    std::ifstream file(name, std::ios::binary);
    if (!file) return InvalidConfig("cannot read the certificate file {}", name);
    all << file.rdbuf() << '\n';
  }
  return std::move(all).str();
}

std::string PartOf(CURLU* url, CURLUPart part, unsigned flags) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

}  // namespace

Exchange::Exchange(CurlHandle& handle, const ClientRequest& request, const std::string& url, std::stop_token stop)
    : handle_(handle), request_(request), url_(url), stop_(std::move(stop)), last_progress_(SteadyClock::now()) {}

Status Exchange::Run(const OnHead& on_head, const OnBody& on_body) {
  on_head_ = &on_head;
  on_body_ = &on_body;
  if (stop_.stop_requested()) return Cancelled("stopping");
  FIRN_TRY(SetUp());
  return EndOf(handle_.Perform(stop_, [this] { return KeepGoing(); }));
}

Status Exchange::SetUp() {
  CURL* easy = handle_.easy();
  handle_.Reset();
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text_);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout.count()));
  if (!request_.proxy.empty()) curl_easy_setopt(easy, CURLOPT_PROXY, request_.proxy.c_str());
  if (request_.accept_compressed) curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &OnCurlHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &OnCurlBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, &OnCurlProgress);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, this);
  SetUpMethod();
  FIRN_TRY(SetUpTarget());
  SetUpHeaders();
  return SetUpTls();
}

void Exchange::SetUpMethod() {
  CURL* easy = handle_.easy();
  if (request_.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return;
  }
  const bool may_have_body = request_.method != "GET" || !request_.body.empty();
  if (may_have_body && (request_.method != "DELETE" || !request_.body.empty())) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

// A server name other than the URL's host stands in the URL, so that SNI and verification follow it; the connection
// goes to the host all the same.
Status Exchange::SetUpTarget() {
  CURL* easy = handle_.easy();
  const UrlHandle url(curl_url());
  const bool is_url = curl_url_set(url.get(), CURLUPART_URL, url_.c_str(), 0) == CURLUE_OK;
  const std::string scheme = is_url ? PartOf(url.get(), CURLUPART_SCHEME, 0) : std::string();
  if (scheme != "http" && scheme != "https") return InvalidInput("not an HTTP URL: {}", ShownUrl(url_));
  if (request_.tls.server_name.empty()) {
    curl_easy_setopt(easy, CURLOPT_URL, url_.c_str());
    return OkStatus();
  }
  const std::string host = PartOf(url.get(), CURLUPART_HOST, 0);
  const std::string port = PartOf(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  const std::string written_port = PartOf(url.get(), CURLUPART_PORT, 0);
  authority_ = written_port.empty() ? host : host + ":" + written_port;
  curl_url_set(url.get(), CURLUPART_HOST, request_.tls.server_name.c_str(), 0);
  AppendTo(connect_to_, request_.tls.server_name + ":" + port + ":" + host + ":" + port);
  curl_easy_setopt(easy, CURLOPT_CONNECT_TO, connect_to_.get());
  curl_easy_setopt(easy, CURLOPT_URL, PartOf(url.get(), CURLUPART_URL, 0).c_str());
  return OkStatus();
}

void Exchange::SetUpHeaders() {
  for (const auto& [name, value] : request_.headers) {
    // libcurl takes "Name:" for "do not send" and "Name;" for an empty value.
    AppendTo(headers_, value.empty() ? name + ";" : name + ": " + value);
  }
  if (!authority_.empty() && FindHeader(request_.headers, "Host").empty()) AppendTo(headers_, "Host: " + authority_);
  if (FindHeader(request_.headers, "Expect").empty()) AppendTo(headers_, "Expect:");
  if (FindHeader(request_.headers, "Content-Type").empty()) AppendTo(headers_, "Content-Type:");
  curl_easy_setopt(handle_.easy(), CURLOPT_HTTPHEADER, headers_.get());
}

Status Exchange::SetUpTls() {
  CURL* easy = handle_.easy();
  const ClientTls& tls = request_.tls;
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!tls.ca_files.empty()) {
    FIRN_ASSIGN(std::string certificates, ReadCertificates(tls.ca_files));
    curl_blob blob{certificates.data(), certificates.size(), CURL_BLOB_COPY};
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
  }
  if (!tls.certificate_file.empty()) curl_easy_setopt(easy, CURLOPT_SSLCERT, tls.certificate_file.c_str());
  if (!tls.key_file.empty()) curl_easy_setopt(easy, CURLOPT_SSLKEY, tls.key_file.c_str());
  if (tls.insecure_skip_verify) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  return OkStatus();
}

Status Exchange::EndOf(CURLcode code) {
  if (!callback_status_.ok()) return callback_status_;
  if (code == CURLE_OK && !head_complete_)
    return Unavailable("{}: the connection ended within the answer's head", ShownUrl(url_));
  if (code == CURLE_OK) return DeliverHead() ? OkStatus() : callback_status_;
  if (stop_.stop_requested()) return Cancelled("stopping");
  const std::string reason = error_text_[0] != '\0' ? error_text_ : curl_easy_strerror(code);
  if (stalled_) return Timeout("{}: no byte for {} ms", ShownUrl(url_), request_.stall_timeout.count());
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return Timeout("{}: {}", ShownUrl(url_), reason);
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
      return InvalidConfig("{}: {}", ShownUrl(url_), reason);
    default:
      return Unavailable("{}: {}", ShownUrl(url_), reason);
  }
}

bool Exchange::KeepGoing() {
  if (stop_.stop_requested()) return false;
  const auto limit = request_.stall_timeout;
  stalled_ = limit.count() > 0 && SteadyClock::now() - last_progress_ > limit;
  return !stalled_;
}

bool Exchange::DeliverHead() {
  if (head_delivered_) return true;
  head_delivered_ = true;
  callback_status_ = (*on_head_)(head_);
  last_progress_ = SteadyClock::now();
  return callback_status_.ok();
}

void Exchange::TakeHeaderLine(std::string_view line) {
  if (line.starts_with("HTTP/")) {  // a new head: after 100 Continue, or behind a proxy's answer
    head_ = {};
    head_complete_ = false;
    const size_t space = line.find(' ');
    head_.status = space == std::string_view::npos ? 0 : std::atoi(std::string(line.substr(space + 1, 3)).c_str());
    return;
  }
  if (Trim(line).empty()) head_complete_ = true;
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  head_.headers.emplace_back(Trim(line.substr(0, colon)), Trim(line.substr(colon + 1)));
}

size_t Exchange::OnCurlHeader(char* bytes, size_t size, size_t count, void* self) {
  static_cast<Exchange*>(self)->TakeHeaderLine({bytes, size * count});
  return size * count;
}

size_t Exchange::OnCurlBody(char* bytes, size_t size, size_t count, void* self) {
  auto* exchange = static_cast<Exchange*>(self);
  if (!exchange->DeliverHead()) return 0;
  exchange->callback_status_ = (*exchange->on_body_)({bytes, size * count});
  exchange->last_progress_ = SteadyClock::now();  // time spent in the callback is not the server's
  if (exchange->callback_status_.ok()) return size * count;
  return size * count == 0 ? 1 : 0;  // any other number than what was given ends the exchange
}

int Exchange::OnCurlProgress(void* self, curl_off_t /*down_total*/, curl_off_t down, curl_off_t /*up_total*/,
                             curl_off_t up) {
  auto* exchange = static_cast<Exchange*>(self);
  if (down + up != exchange->bytes_moved_) {
    exchange->bytes_moved_ = down + up;
    exchange->last_progress_ = SteadyClock::now();
  }
  return 0;
}

}  // namespace firn::http
