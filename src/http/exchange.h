#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "http/client.h"
#include "http/curl_handle.h"

namespace firn::http {

using OnHead = std::function<Status(const Response& head)>;
using OnBody = std::function<Status(std::string_view chunk)>;

/// One request to one URL over a handle, without redirects. Used once, by one thread.
class Exchange {
 public:
  /// All arguments outlive the exchange.
  Exchange(CurlHandle& handle, const ClientRequest& request, const std::string& url, std::stop_token stop);

  Status Run(const OnHead& on_head, const OnBody& on_body);

 private:
  Status SetUp();
  Status SetUpTarget();
  Status SetUpTls();
  void SetUpHeaders();
  void SetUpMethod();
  Status EndOf(CURLcode code);
  bool KeepGoing();
  bool DeliverHead();
  void TakeHeaderLine(std::string_view line);

  static size_t OnCurlHeader(char* bytes, size_t size, size_t count, void* self);
  static size_t OnCurlBody(char* bytes, size_t size, size_t count, void* self);
  static int OnCurlProgress(void* self, curl_off_t, curl_off_t down, curl_off_t, curl_off_t up);

  CurlHandle& handle_;
  const ClientRequest& request_;
  const std::string& url_;
  const std::stop_token stop_;
  const OnHead* on_head_ = nullptr;
  const OnBody* on_body_ = nullptr;

  HeaderList headers_;
  HeaderList connect_to_;
  std::string authority_;  // Host header, where it is not the URL's
  char error_text_[CURL_ERROR_SIZE] = "";
  Response head_;
  bool head_complete_ = false;
  bool head_delivered_ = false;
  Status callback_status_;  // an error from on_head or on_body
  bool stalled_ = false;
  std::chrono::steady_clock::time_point last_progress_;
  curl_off_t bytes_moved_ = 0;
};

}  // namespace firn::http
