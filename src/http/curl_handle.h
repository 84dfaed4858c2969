#pragma once

#include <curl/curl.h>

#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "base/result.h"

/// libcurl's handles, owned. Seen by the client's own files only.

namespace firn::http {

struct FreeCurl {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using UrlHandle = std::unique_ptr<CURLU, FreeCurl>;
using HeaderList = std::unique_ptr<curl_slist, FreeCurl>;

/// One exchange at a time, and the connections that it keeps alive between exchanges. One thread at a time.
///
/// A multi handle drives the easy handle because its wait can be ended from another thread: a stop request takes effect
/// at once, not with the next byte.
class CurlHandle {
 public:
  CurlHandle();
  CurlHandle(const CurlHandle&) = delete;
  CurlHandle& operator=(const CurlHandle&) = delete;

  bool usable() const { return easy_ != nullptr && multi_ != nullptr; }
  CURL* easy() { return easy_.get(); }
  /// Forgets all options; connections stay.
  void Reset() { curl_easy_reset(easy_.get()); }

  /// Runs the exchange set up on `easy()`. `keep_going` is asked before each wait, at least every quarter of a second;
  /// false ends the exchange with CURLE_ABORTED_BY_CALLBACK.
  CURLcode Perform(const std::stop_token& stop, const std::function<bool()>& keep_going);

 private:
  CURLcode Drive(const std::function<bool()>& keep_going);

  std::unique_ptr<CURLM, FreeMulti> multi_;
  std::unique_ptr<CURL, FreeCurl> easy_;  // before multi_ in destruction
};

/// Handles that wait for their next exchange. Thread-safe.
class CurlPool {
 public:
  CurlPool();
  ~CurlPool();
  CurlPool(const CurlPool&) = delete;
  CurlPool& operator=(const CurlPool&) = delete;

  /// The handle used last, whose connection is the likeliest to be alive, or a new one. kResourceExhausted when libcurl
  /// gives none.
  Result<std::unique_ptr<CurlHandle>> Take();
  void GiveBack(std::unique_ptr<CurlHandle> handle);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<CurlHandle>> idle_;
};

}  // namespace firn::http
