#include "http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "formats/compression/compression.h"
#include "http/client.h"
#include "http/raw_sockets.h"

namespace firn::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::RawClient;
using ::testing::StartsWith;

ServerOptions OnLoopback() {
  ServerOptions options;
  options.address = "127.0.0.1:0";
  return options;
}

Response Text(int status, std::string body) {
  return {status, {}, std::move(body)};
}

// A server with one route "/echo", which answers the body.
class ServerTest : public ::testing::Test {
 protected:
  void Serve(ServerOptions options, Route route) {
    auto made = Server::Make(std::move(options));
    ASSERT_TRUE(made.ok()) << made.error().message();
    server_ = std::move(*made);
    ASSERT_TRUE(server_->AddRoute(std::move(route)).ok());
    server_->Start();
  }
  static Route Echo() {
    Route route;
    route.path = "/echo";
    route.handler = [](Request request, const Responder& respond) { respond(Text(200, std::move(request.body))); };
    return route;
  }
  std::string Exchange(std::string_view bytes) {
    RawClient client(server_->port());
    client.Send(bytes);
    client.EndSending();
    return client.ReadToEnd();
  }
  std::string Url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + path;
  }

  std::unique_ptr<Server> server_;
};

std::string Post(std::string_view headers, std::string_view body) {
  return "POST /echo HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n" + std::string(body);
}

TEST_F(ServerTest, AnswersRequestsOfOneConnectionInOrder) {
  Serve(OnLoopback(), Echo());
  const std::string answer = Exchange(Post("Content-Length: 3\r\n", "one") + Post("Content-Length: 3\r\n", "two"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_LT(answer.find("one"), answer.find("two"));
  EXPECT_THAT(answer, EndsWith("two"));
}

TEST_F(ServerTest, TakesChunkedBodies) {
  Serve(OnLoopback(), Echo());
  EXPECT_THAT(Exchange(Post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nTrailer: t\r\n\r\n") +
                       Post("Content-Length: 4\r\n", "next")),
              ::testing::AllOf(HasSubstr("\r\n\r\nabcdefg"), EndsWith("next")));
}

TEST_F(ServerTest, TakesBodiesThatComeByteByByte) {
  Serve(OnLoopback(), Echo());
  RawClient client(server_->port());
  for (const char c : Post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n")) client.Send({&c, 1});
  EXPECT_THAT(client.ReadUntil("abc"), HasSubstr("200 OK"));
}

TEST_F(ServerTest, DecodesQueryAndPath) {
  Route route;
  route.path = "/a b";
  route.handler = [](const Request& request, const Responder& respond) {
    respond(Text(200, request.method + "|" + std::string(request.Parameter("db")) + "|" +
                          (request.HasParameter("flag") ? "flag" : "none") + "|" + request.raw_query));
  };
  Serve(OnLoopback(), std::move(route));
  EXPECT_THAT(Exchange("GET /a%20b?db=x+%2B%zz&flag HTTP/1.1\r\n\r\n"), EndsWith("GET|x +%zz|flag|db=x+%2B%zz&flag"));
}

TEST_F(ServerTest, SaysContinueBeforeItReadsABodyThatWaits) {
  Serve(OnLoopback(), Echo());
  RawClient client(server_->port());
  client.Send(Post("Content-Length: 2\r\nExpect: 100-continue\r\n", ""));
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("hi");
  EXPECT_THAT(client.ReadUntil("hi"), HasSubstr("200 OK"));
}

TEST_F(ServerTest, RefusesATooLongBodyByItsHeadAlone) {
  Route route = Echo();
  route.max_body_bytes = 10;
  Serve(OnLoopback(), std::move(route));
  RawClient client(server_->port());
  client.Send(Post("Content-Length: 99999999999\r\nExpect: 100-continue\r\n", ""));
  client.EndSending();
  const std::string answer = client.ReadToEnd();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
}

TEST_F(ServerTest, GoesOnBehindASmallRefusedBody) {
  Route route = Echo();
  route.max_body_bytes = 4;
  Serve(OnLoopback(), std::move(route));
  const std::string answer = Exchange(Post("Content-Length: 5\r\n", "12345") + Post("Content-Length: 2\r\n", "ok"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer, EndsWith("ok"));
}

TEST_F(ServerTest, RefusesAChunkedBodyWhenItBecomesTooLong) {
  Route route = Echo();
  route.max_body_bytes = 1000;
  Serve(OnLoopback(), std::move(route));
  std::string body;
  for (int i = 0; i < 100; ++i) body += "64\r\n" + std::string(100, 'x') + "\r\n";
  EXPECT_THAT(Exchange(Post("Transfer-Encoding: chunked\r\n", body + "0\r\n\r\n")), StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerTest, DecodesGzipAndRefusesBombs) {
  Route route = Echo();
  route.max_body_bytes = 1 << 20;
  route.refuse_body = [](BodyError error, const Request&, std::string_view detail) {
    return Text(error == BodyError::kTooLarge ? 413 : 400, std::string(detail));
  };
  Serve(OnLoopback(), std::move(route));
  const auto post_gzip = [](const std::string& packed) {
    return Post("Content-Encoding: gzip\r\nContent-Length: " + std::to_string(packed.size()) + "\r\n", packed);
  };
  using compression::Codec;
  EXPECT_THAT(Exchange(post_gzip(compression::Encode(Codec::kGzip, "plain text"))), EndsWith("plain text"));
  const std::string bomb = compression::Encode(Codec::kGzip, std::string(64 << 20, 'x'));
  ASSERT_LT(bomb.size(), 1U << 20);
  EXPECT_THAT(Exchange(post_gzip(bomb)), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Exchange(post_gzip("m v=1i 1")), EndsWith("gzip: invalid header"));
  const std::string whole = compression::Encode(Codec::kGzip, "plain text");
  EXPECT_THAT(Exchange(post_gzip(whole.substr(0, whole.size() - 1))), EndsWith("unexpected EOF"));
}

TEST_F(ServerTest, RefusesUnknownEncodingsUnlessToldToTakeThemAsSent) {
  Serve(OnLoopback(), Echo());
  Route as_sent = Echo();
  as_sent.path = "/as_sent";
  as_sent.unknown_encoding_as_sent = true;
  auto lenient = Server::Make(OnLoopback());
  ASSERT_TRUE(lenient.ok());
  ASSERT_TRUE((*lenient)->AddRoute(std::move(as_sent)).ok());
  (*lenient)->Start();
  EXPECT_THAT(Exchange(Post("Content-Encoding: zstd\r\nContent-Length: 1\r\n", "x")), StartsWith("HTTP/1.1 415 "));
  RawClient client((*lenient)->port());
  client.Send("POST /as_sent HTTP/1.1\r\nContent-Encoding: zstd\r\nContent-Length: 6\r\n\r\nas is!");
  client.EndSending();
  EXPECT_THAT(client.ReadToEnd(), EndsWith("as is!"));
}

TEST_F(ServerTest, LooksAtTheHeadBeforeTheBody) {
  Route route = Echo();
  route.check_head = [](const Request& head) -> std::optional<Response> {
    if (FindHeader(head.headers, "authorization").empty()) return Text(401, "who?");
    return std::nullopt;
  };
  Serve(OnLoopback(), std::move(route));
  const std::string answer =
      Exchange(Post("Content-Length: 5\r\n", "12345") + Post("AUTHORIZATION: me\r\nContent-Length: 2\r\n", "ok"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(answer, EndsWith("ok"));
}

TEST_F(ServerTest, RefusesGarbageAndGoesOnServing) {
  Serve(OnLoopback(), Echo());
  const std::string garbage[] = {"\r\n\r\n\r\nxx yy\r\n\r\n",
                                 std::string(500, '\xff') + "\r\n\r\n",
                                 "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                                 "GET /%zz HTTP/1.1\r\n\r\n",
                                 Post("Content-Length: -1\r\n", ""),
                                 Post("Content-Length: 1\r\nContent-Length: 2\r\n", "xx"),
                                 Post("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
                                 Post("Transfer-Encoding: chunked\r\n", "zz\r\n")};
  for (const std::string& bytes : garbage) EXPECT_THAT(Exchange(bytes), StartsWith("HTTP/1.1 400 ")) << bytes;
  EXPECT_THAT(Exchange(Post("Content-Length: 2\r\n", "ok")), EndsWith("ok"));
}

TEST_F(ServerTest, RefusesAHeadThatIsTooLarge) {
  Serve(OnLoopback(), Echo());
  EXPECT_THAT(Exchange(Post("X-Long: " + std::string(100'000, 'x') + "\r\n", "")), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(Exchange("GET /" + std::string(100'000, 'x')), StartsWith("HTTP/1.1 431 "));
}

TEST_F(ServerTest, GivesUpOnABodyThatDoesNotCome) {
  ServerOptions options = OnLoopback();
  options.read_timeout = std::chrono::milliseconds(50);
  Serve(std::move(options), Echo());
  RawClient client(server_->port());
  client.Send(Post("Content-Length: 100\r\n", "too little"));
  EXPECT_EQ(client.ReadToEnd(), "");
  RawClient half_a_head(server_->port());
  half_a_head.Send("POST /ec");
  EXPECT_EQ(half_a_head.ReadToEnd(), "");
}

TEST_F(ServerTest, ForgetsAClientThatGoesAwayInTheMiddle) {
  Serve(OnLoopback(), Echo());
  EXPECT_EQ(Exchange(Post("Content-Length: 100\r\n", "too little")), "");
  EXPECT_THAT(Exchange(Post("Content-Length: 2\r\n", "ok")), EndsWith("ok"));
}

TEST_F(ServerTest, TurnsAwayConnectionsBeyondTheLimit) {
  ServerOptions options = OnLoopback();
  options.max_connections = 1;
  Serve(std::move(options), Echo());
  RawClient first(server_->port());
  first.Send(Post("Content-Length: 1\r\n", "1"));
  EXPECT_THAT(first.ReadUntil("\r\n\r\n1"), HasSubstr("200 OK"));
  RawClient second(server_->port());
  EXPECT_THAT(second.ReadToEnd(), StartsWith("HTTP/1.1 503 "));
}

TEST_F(ServerTest, AnswersOneHeadForHead) {
  Serve(OnLoopback(), Echo());
  EXPECT_THAT(Exchange("HEAD /nosuch HTTP/1.1\r\n\r\n"),
              ::testing::AllOf(HasSubstr("Content-Length: 19"), EndsWith("\r\n\r\n")));
  EXPECT_THAT(Exchange("GET /nosuch HTTP/1.1\r\n\r\n"), EndsWith("404 page not found\n"));
}

TEST_F(ServerTest, ClosesAfterAnHttp10RequestUnlessAskedToStay) {
  Serve(OnLoopback(), Echo());
  RawClient client(server_->port());
  client.Send("POST /echo HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\n1");
  EXPECT_THAT(client.ReadUntil("\r\n\r\n1"), HasSubstr("Connection: keep-alive"));
  client.Send("POST /echo HTTP/1.0\r\nContent-Length: 1\r\n\r\n2");
  EXPECT_THAT(client.ReadToEnd(), HasSubstr("Connection: close"));
}

TEST_F(ServerTest, KeepsLineBreaksOutOfHeaders) {
  Route route = Echo();
  route.handler = [](const Request&, const Responder& respond) {
    respond({400, {{"X-Error", "a\r\nSet-Cookie: b\nc"}}, ""});
  };
  Serve(OnLoopback(), std::move(route));
  EXPECT_THAT(Exchange(Post("", "")), HasSubstr("X-Error: a  Set-Cookie: b c\r\n"));
}

TEST_F(ServerTest, AnswersLaterFromAnotherThread) {
  std::mutex mutex;
  std::vector<Responder> waiting;
  Route route = Echo();
  route.handler = [&](const Request&, Responder respond) {
    const std::lock_guard lock(mutex);
    waiting.push_back(std::move(respond));
  };
  Serve(OnLoopback(), std::move(route));
  RawClient client(server_->port());
  client.Send(Post("", ""));
  std::thread answering([&] {
    for (;;) {
      const std::lock_guard lock(mutex);
      if (waiting.empty()) continue;
      waiting.back()(Text(200, "late"));
      return;
    }
  });
  EXPECT_THAT(client.ReadUntil("late"), HasSubstr("200 OK"));
  answering.join();
}

TEST_F(ServerTest, Answers500WhenTheHandlerForgets) {
  Route route = Echo();
  route.handler = [](const Request&, const Responder&) {};
  Serve(OnLoopback(), std::move(route));
  EXPECT_THAT(Exchange(Post("", "")), StartsWith("HTTP/1.1 500 "));
}

TEST_F(ServerTest, StopEndsRequestsUnderWayAndAnswersAfterItAreHarmless) {
  std::mutex mutex;
  std::vector<Responder> waiting;
  std::atomic<bool> arrived{false};
  Route route = Echo();
  route.handler = [&](const Request&, Responder respond) {
    const std::lock_guard lock(mutex);
    waiting.push_back(std::move(respond));
    arrived = true;
  };
  Serve(OnLoopback(), std::move(route));
  RawClient idle(server_->port());
  RawClient client(server_->port());
  client.Send(Post("", ""));
  while (!arrived) std::this_thread::yield();
  server_->Stop(std::chrono::milliseconds(10));
  server_->Stop(std::chrono::milliseconds(10));
  EXPECT_EQ(client.ReadToEnd(), "");
  EXPECT_EQ(idle.ReadToEnd(), "");
  server_.reset();
  waiting.back()(Text(200, "nobody hears"));
}

TEST_F(ServerTest, StopLetsARequestUnderWayEnd) {
  std::atomic<bool> arrived{false};
  Responder waiting;
  Route route = Echo();
  route.handler = [&](const Request&, Responder respond) {
    waiting = std::move(respond);
    arrived = true;
  };
  Serve(OnLoopback(), std::move(route));
  RawClient client(server_->port());
  client.Send(Post("", ""));
  while (!arrived) std::this_thread::yield();
  std::thread stopping([&] { server_->Stop(std::chrono::minutes(1)); });
  waiting(Text(200, "the last word"));
  EXPECT_THAT(client.ReadToEnd(), EndsWith("the last word"));
  stopping.join();
}

TEST_F(ServerTest, ServesManyConnectionsFromManyThreadsWithinItsBudget) {
  ServerOptions options = OnLoopback();
  options.worker_threads = 4;
  options.max_bytes_in_flight = 256 << 10;
  Serve(std::move(options), Echo());
  constexpr int kClients = 16;
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kClients; ++i) {
    threads.emplace_back([&, i] {
      const std::string body(100'000 + static_cast<size_t>(i) * 1000, static_cast<char>('a' + i));
      RawClient client(server_->port());
      for (int round = 0; round < 5; ++round) {
        client.Send(Post("Content-Length: " + std::to_string(body.size()) + "\r\n", body));
        if (client.ReadUntil(body).ends_with(body)) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, kClients * 5);
}

TEST(ServerAddressTest, ATakenPortIsAnErrorAtOnce) {
  auto first = Server::Make(OnLoopback());
  ASSERT_TRUE(first.ok());
  ServerOptions same = OnLoopback();
  same.address = "tcp://127.0.0.1:" + std::to_string((*first)->port());
  const auto second = Server::Make(same);
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.error().message(), HasSubstr("cannot listen on"));
  for (const char* wrong : {"8086", ":x", ":70000", "::1:80", ""}) {
    same.address = wrong;
    EXPECT_FALSE(Server::Make(same).ok()) << wrong;
  }
}

TEST(ServerPoolTest, GivesOneServerAnAddressAndRefusesTwoRoutesForAPath) {
  ServerPool pool;
  ServerOptions options = OnLoopback();
  const auto first = pool.ServerFor(options);
  options.address = "tcp://127.0.0.1:0";
  const auto second = pool.ServerFor(options);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(*first, *second);
  Route route;
  route.path = "/ping";
  EXPECT_TRUE((*first)->AddRoute(route).ok());
  const Status again = (*second)->AddRoute(route);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().kind(), ErrorKind::kAlreadyExists);
  options.tls.certificate_file = "x.pem";
  EXPECT_FALSE(pool.ServerFor(options).ok());
}

}  // namespace
}  // namespace firn::http
