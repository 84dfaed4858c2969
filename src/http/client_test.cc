#include "http/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "formats/compression/compression.h"
#include "http/raw_sockets.h"

namespace firn::http {
namespace {

using ::testing::HasSubstr;

class ClientTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ServerOptions options;
    options.address = "127.0.0.1:0";
    auto made = Server::Make(options);
    ASSERT_TRUE(made.ok());
    server_ = std::move(*made);
    client_ = MakeClient();
  }
  void Route(const std::string& path, Handler handler) {
    http::Route route;
    route.path = path;
    route.handler = std::move(handler);
    ASSERT_TRUE(server_->AddRoute(std::move(route)).ok());
  }
  ClientRequest To(const std::string& path) const {
    ClientRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(server_->port()) + path;
    return request;
  }

  std::unique_ptr<Server> server_;
  std::unique_ptr<Client> client_;
};

TEST_F(ClientTest, SendsMethodHeadersAndBody) {
  Route("/x", [](const Request& request, const Responder& respond) {
    respond({201,
             {{"X-Seen", std::string(FindHeader(request.headers, "X-Mine"))},
              {"X-Type", std::string(FindHeader(request.headers, "Content-Type"))}},
             request.method + " " + request.body});
  });
  server_->Start();
  ClientRequest request = To("/x");
  request.method = "POST";
  request.headers = {{"X-Mine", "1"}};
  request.body = std::string("a\0b", 3);
  const auto response = client_->Send(request);
  ASSERT_TRUE(response.ok()) << response.error().message();
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(FindHeader(response->headers, "x-seen"), "1");
  EXPECT_EQ(FindHeader(response->headers, "x-type"), "");
  EXPECT_EQ(response->body, std::string("POST a\0b", 8));
  request.method = "HEAD";
  const auto head = client_->Send(request);
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->status, 201);
  EXPECT_EQ(head->body, "");
}

TEST_F(ClientTest, DecodesGzipAnswers) {
  Route("/gz", [](const Request& request, const Responder& respond) {
    EXPECT_THAT(std::string(FindHeader(request.headers, "Accept-Encoding")), HasSubstr("gzip"));
    respond({200, {{"Content-Encoding", "gzip"}}, compression::Encode(compression::Codec::kGzip, "unpacked")});
  });
  server_->Start();
  const auto response = client_->Send(To("/gz"));
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->body, "unpacked");
}

TEST_F(ClientTest, StreamsAndStopsWithTheErrorOfACallback) {
  Route("/big", [](const Request&, const Responder& respond) { respond({200, {}, std::string(4 << 20, 'x')}); });
  server_->Start();
  size_t seen = 0;
  int heads = 0;
  const auto on_head = [&](const Response& head) -> Status {
    ++heads;
    EXPECT_EQ(head.status, 200);
    return OkStatus();
  };
  const Status all = client_->Stream(To("/big"), on_head, [&](std::string_view chunk) -> Status {
    seen += chunk.size();
    return OkStatus();
  });
  EXPECT_TRUE(all.ok());
  EXPECT_EQ(seen, 4U << 20);
  EXPECT_EQ(heads, 1);
  const Status cut =
      client_->Stream(To("/big"), on_head, [](std::string_view) -> Status { return InvalidInput("do not like it"); });
  ASSERT_FALSE(cut.ok());
  EXPECT_EQ(cut.error().message(), "do not like it");
}

TEST_F(ClientTest, BoundsWhatSendKeeps) {
  Route("/big", [](const Request&, const Responder& respond) { respond({200, {}, std::string(1 << 20, 'x')}); });
  server_->Start();
  ClientRequest request = To("/big");
  request.max_body_bytes = 1000;
  const auto response = client_->Send(request);
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().kind(), ErrorKind::kResourceExhausted);
}

TEST_F(ClientTest, NoServerIsUnavailable) {
  server_->Start();
  ClientRequest request = To("/");
  server_->Stop(std::chrono::milliseconds(0));
  const auto response = client_->Send(request);
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().kind(), ErrorKind::kUnavailable);
}

TEST_F(ClientTest, ABodyThatEndsEarlyIsUnavailable) {
  server_->Start();
  for (const char* answer : {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
                             "HTTP/1.1 200 OK\r\nCont", "", "garbage\r\n\r\n"}) {
    const testing::RawServer raw(answer);
    ClientRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(raw.port()) + "/";
    const auto response = client_->Send(request);
    ASSERT_FALSE(response.ok()) << answer;
    EXPECT_EQ(response.error().kind(), ErrorKind::kUnavailable) << answer;
  }
}

TEST_F(ClientTest, RefusesWhatIsNoHttpUrl) {
  for (const char* url : {"", "http://", "ftp://127.0.0.1/x", "file:///etc/passwd", "no url"}) {
    ClientRequest request;
    request.url = url;
    const auto response = client_->Send(request);
    ASSERT_FALSE(response.ok()) << url;
    EXPECT_EQ(response.error().kind(), ErrorKind::kInvalidInput) << url;
  }
}

TEST_F(ClientTest, FollowsRedirectsOnTheSameServerOnly) {
  Route("/from", [](const Request&, const Responder& respond) { respond({307, {{"Location", "/to?x=1"}}, "moved"}); });
  Route("/away", [](const Request&, const Responder& respond) {
    respond({302, {{"Location", "http://localhost.example/to"}}, "moved"});
  });
  Route("/to", [](const Request& request, const Responder& respond) {
    respond({200, {}, request.method + " " + request.raw_query + " " + request.body});
  });
  server_->Start();
  ClientRequest request = To("/from");
  request.method = "POST";
  request.body = "kept";
  EXPECT_EQ(client_->Send(request)->status, 307);
  request.follow_redirects = true;
  const auto response = client_->Send(request);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->body, "POST x=1 kept");
  request.url = To("/away").url;
  const auto away = client_->Send(request);
  ASSERT_FALSE(away.ok());
  EXPECT_THAT(away.error().message(), HasSubstr("another server"));
}

TEST_F(ClientTest, StopsWhenAskedTo) {
  std::vector<Responder> never;
  std::stop_source stop;
  Route("/never", [&](const Request&, Responder respond) {
    never.push_back(std::move(respond));
    stop.request_stop();
  });
  server_->Start();
  const auto response = client_->Send(To("/never"), stop.get_token());
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().kind(), ErrorKind::kCancelled);
  server_->Stop(std::chrono::milliseconds(0));
}

TEST_F(ClientTest, GivesUpOnAServerThatSaysNothing) {
  std::vector<Responder> never;
  Route("/never", [&](const Request&, Responder respond) { never.push_back(std::move(respond)); });
  server_->Start();
  ClientRequest request = To("/never");
  request.stall_timeout = std::chrono::milliseconds(20);
  const auto stalled = client_->Send(request);
  ASSERT_FALSE(stalled.ok());
  EXPECT_EQ(stalled.error().kind(), ErrorKind::kTimeout);
  request.stall_timeout = std::chrono::milliseconds(0);
  request.timeout = std::chrono::milliseconds(20);
  const auto timed_out = client_->Send(request);
  ASSERT_FALSE(timed_out.ok());
  EXPECT_EQ(timed_out.error().kind(), ErrorKind::kTimeout);
  server_->Stop(std::chrono::milliseconds(0));
}

TEST_F(ClientTest, ServesManyThreadsAtATime) {
  Route("/x", [](Request request, const Responder& respond) { respond({200, {}, std::move(request.body)}); });
  server_->Start();
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 10; ++round) {
        ClientRequest request = To("/x");
        request.method = "POST";
        request.body = std::to_string(i * 100 + round);
        const auto response = client_->Send(request);
        if (response.ok() && response->body == request.body) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 80);
}

}  // namespace
}  // namespace firn::http
