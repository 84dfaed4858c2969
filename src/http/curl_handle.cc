#include "http/curl_handle.h"

#include <utility>

namespace firn::http {
namespace {

constexpr int kWaitMs = 250;
constexpr size_t kMaxIdleHandles = 16;

}  // namespace

CurlHandle::CurlHandle() : multi_(curl_multi_init()), easy_(curl_easy_init()) {}

CURLcode CurlHandle::Perform(const std::stop_token& stop, const std::function<bool()>& keep_going) {
  if (curl_multi_add_handle(multi_.get(), easy_.get()) != CURLM_OK) return CURLE_FAILED_INIT;
  CURLcode code = CURLE_ABORTED_BY_CALLBACK;
  {
    const std::stop_callback wake(stop, [this] { curl_multi_wakeup(multi_.get()); });
    code = Drive(keep_going);
  }
  curl_multi_remove_handle(multi_.get(), easy_.get());
  return code;
}

CURLcode CurlHandle::Drive(const std::function<bool()>& keep_going) {
  int running = 1;
  for (;;) {
    if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) return CURLE_FAILED_INIT;
    if (running == 0) break;
    if (!keep_going()) return CURLE_ABORTED_BY_CALLBACK;
    if (curl_multi_poll(multi_.get(), nullptr, 0, kWaitMs, nullptr) != CURLM_OK) return CURLE_FAILED_INIT;
  }
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg == CURLMSG_DONE) return message->data.result;
  }
  return CURLE_FAILED_INIT;
}

CurlPool::CurlPool() {
  curl_global_init(CURL_GLOBAL_DEFAULT);
}

CurlPool::~CurlPool() {
  idle_.clear();
  curl_global_cleanup();
}

Result<std::unique_ptr<CurlHandle>> CurlPool::Take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto handle = std::move(idle_.back());
      idle_.pop_back();
      return handle;
    }
  }
  auto handle = std::make_unique<CurlHandle>();
  if (!handle->usable()) return ResourceExhausted("cannot make another HTTP client handle");
  return handle;
}

void CurlPool::GiveBack(std::unique_ptr<CurlHandle> handle) {
  handle->Reset();
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kMaxIdleHandles) idle_.push_back(std::move(handle));
}

}  // namespace firn::http
