#include "http/client.h"

#include <utility>

#include "http/curl_handle.h"
#include "http/exchange.h"
#include "http/shown_url.h"

namespace firn::http {
namespace {

constexpr int kMaxRedirects = 5;

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::string PartOf(CURLU* url, CURLUPart part, unsigned flags) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

std::string Origin(CURLU* url) {
  return PartOf(url, CURLUPART_SCHEME, 0) + "://" + PartOf(url, CURLUPART_HOST, 0) + ":" +
         PartOf(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
}

// Where a redirect leads, if to the same scheme, host and port: credentials and bodies never go anywhere else.
Result<std::string> RedirectTarget(const std::string& from, std::string_view location) {
  const UrlHandle url(curl_url());
  if (curl_url_set(url.get(), CURLUPART_URL, from.c_str(), 0) != CURLUE_OK)
    return InvalidInput("not a URL: {}", ShownUrl(from));
  const std::string origin = Origin(url.get());
  if (curl_url_set(url.get(), CURLUPART_URL, std::string(location).c_str(), 0) != CURLUE_OK) {
    return Unavailable("redirected to what is not a URL: {}", location);
  }
  if (Origin(url.get()) != origin)
    return Unavailable("{} redirects to another server: {}", ShownUrl(from), ShownUrl(location));
  return PartOf(url.get(), CURLUPART_URL, 0);
}

// A redirected POST becomes a GET, as browsers and Go do it, except where the status forbids it.
ClientRequest RequestAfterRedirect(ClientRequest request, int status) {
  const bool keeps_method = status == 307 || status == 308 || request.method == "HEAD";
  if (!keeps_method) {
    request.method = "GET";
    request.body.clear();
    std::erase_if(request.headers, [](const auto& header) {
      const Headers one{header};
      return !FindHeader(one, "Content-Encoding").empty() || !FindHeader(one, "Content-Type").empty();
    });
  }
  return request;
}

class CurlClient final : public Client {
 public:
  Result<Response> Send(const ClientRequest& request, std::stop_token stop) override {
    Response response;
    const auto on_head = [&](const Response& head) -> Status {
      response = head;
      return OkStatus();
    };
    const auto on_body = [&](std::string_view chunk) -> Status {
      if (chunk.size() > request.max_body_bytes - response.body.size()) {
        return ResourceExhausted("{}: answer is longer than {} bytes", ShownUrl(request.url), request.max_body_bytes);
      }
      response.body.append(chunk);
      return OkStatus();
    };
    FIRN_TRY(Stream(request, on_head, on_body, std::move(stop)));
    return response;
  }

  Status Stream(const ClientRequest& request, const OnHead& on_head, const OnBody& on_body,
                std::stop_token stop) override {
    ClientRequest current = request;
    std::string url = request.url;
    for (int redirects = 0;; ++redirects) {
      std::string location;
      int status = 0;
      const bool may_follow = request.follow_redirects && redirects < kMaxRedirects;
      const auto take_head = [&](const Response& head) -> Status {
        status = head.status;
        if (may_follow && IsRedirect(head.status)) location = FindHeader(head.headers, "Location");
        return location.empty() ? on_head(head) : OkStatus();
      };
      const auto take_body = [&](std::string_view chunk) { return location.empty() ? on_body(chunk) : OkStatus(); };
      FIRN_TRY(RunOnce(current, url, take_head, take_body, stop));
      if (location.empty()) return OkStatus();
      FIRN_ASSIGN(url, RedirectTarget(url, location));
      current = RequestAfterRedirect(std::move(current), status);
    }
  }

 private:
  Status RunOnce(const ClientRequest& request, const std::string& url, const OnHead& on_head, const OnBody& on_body,
                 const std::stop_token& stop) {
    FIRN_ASSIGN(auto handle, pool_.Take());
    Status status = Exchange(*handle, request, url, stop).Run(on_head, on_body);
    pool_.GiveBack(std::move(handle));
    return status;
  }

  CurlPool pool_;
};

}  // namespace

std::unique_ptr<Client> MakeClient() {
  return std::make_unique<CurlClient>();
}

}  // namespace firn::http
