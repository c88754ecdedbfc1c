#include "server/http/upload_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <vector>

#include "server/http/upload_limits.h"

namespace ms::http {
namespace {

using namespace std::chrono_literals;
constexpr auto kPatience = 20s;

// What came of a body. Has room until it is filled.
class Sink final : public BodySink {
 public:
  State state() const override {
    const std::lock_guard lock(mutex_);
    return state_;
  }
  void write(Bytes bytes) override {
    const std::lock_guard lock(mutex_);
    content_.append(bytes.begin(), bytes.end());
    if (content_.size() >= fills_at_) state_ = State::Full;
    changed_.notify_all();
  }
  void end(BodyEnd how) override {
    const std::lock_guard lock(mutex_);
    end_ = how;
    changed_.notify_all();
  }
  void onRoom(std::function<void()> call) override {
    {
      const std::lock_guard lock(mutex_);
      on_room_ = call;
      changed_.notify_all();
      if (state_ == State::Full || !call) return;
    }
    call();
  }

  void fillAt(std::size_t bytes) { fills_at_ = bytes; }
  void set(State state) {
    std::function<void()> call;
    {
      const std::lock_guard lock(mutex_);
      fills_at_ = std::string::npos;
      state_ = state;
      call = on_room_;
    }
    if (call) call();
  }
  bool waitForEnd(BodyEnd how) {
    return waitUntil([&] { return end_ == how; });
  }
  bool waitForStop() {
    return waitUntil([&] { return on_room_ != nullptr; });
  }
  std::string content() const {
    const std::lock_guard lock(mutex_);
    return content_;
  }

 private:
  template <class Condition>
  bool waitUntil(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, condition);
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::HasRoom;
  std::size_t fills_at_ = std::string::npos;
  std::string content_;
  std::optional<BodyEnd> end_;
  std::function<void()> on_room_;
};

struct Receiver final : UploadReceiver {
  std::shared_ptr<BodySink> onPost() override { return sink; }
  void onSessionEnded() override {}
  const std::shared_ptr<Sink> sink = std::make_shared<Sink>();
};

class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{.tv_sec = kPatience.count(), .tv_usec = 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  }
  ~Client() { close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void write(const std::string& text) { send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  // As much as the other side takes.
  std::size_t writeSome(const std::string& text) {
    const auto sent = send(fd_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent > 0 ? static_cast<std::size_t>(sent) : 0;
  }
  // Up to the end of a header; what the connection gave when it ends before.
  std::string readHeader() {
    std::string text;
    for (char c = 0; !text.ends_with("\r\n\r\n") && recv(fd_, &c, 1, 0) == 1;) text += c;
    return text;
  }
  std::string status() {
    const std::string header = readHeader();
    return header.size() > 12 ? header.substr(9, 3) : "end";
  }
  bool isClosed() {
    char c = 0;
    return recv(fd_, &c, 1, 0) <= 0;
  }

 private:
  const int fd_;
};

class UploadServerTest : public testing::Test {
 protected:
  std::uint16_t port() const {
    const std::string& url = path_->url();
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.find(':', 5) + 1)));
  }
  std::string target() const { return path_->url().substr(path_->url().rfind('/')); }
  std::string head(const std::string& fields) const {
    return "POST " + target() + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
  }

  UploadServer server_{{.host = "127.0.0.1", .port = 0, .announced_host = ""}};
  const std::shared_ptr<Receiver> receiver_ = std::make_shared<Receiver>();
  Sink& sink_ = *receiver_->sink;
  std::unique_ptr<UploadPath> path_ = server_.open(receiver_);
};

TEST_F(UploadServerTest, HandsABodyOn) {
  Client client(port());
  client.write(head("Content-Type: video/webm\r\nContent-Length: 4\r\n") + "film");
  const std::string answer = client.readHeader();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
  EXPECT_NE(answer.find("Set-Cookie: HttpEPCookie="), std::string::npos) << answer;
  EXPECT_TRUE(sink_.waitForEnd(BodyEnd::Complete));
  EXPECT_EQ(sink_.content(), "film");
}

TEST_F(UploadServerTest, HandsChunksOnAsTheyCome) {
  Client client(port());
  client.write(head("Content-Type: video/webm\r\nTransfer-Encoding: chunked\r\n") +
               "2\r\nfi\r\n2\r\nlm\r\n0\r\n\r\n");
  EXPECT_EQ(client.status(), "200");
  EXPECT_EQ(sink_.content(), "film");
}

TEST_F(UploadServerTest, TakesTheFileOutOfAForm) {
  Client client(port());
  const std::string form =
      "--B\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\nfilm\r\n--B--";
  client.write(head("Content-Type: multipart/form-data; boundary=B\r\nContent-Length: " +
                    std::to_string(form.size()) + "\r\n") +
               form);
  EXPECT_EQ(client.status(), "200");
  EXPECT_EQ(sink_.content(), "film");
}

TEST_F(UploadServerTest, SaysContinueToWhoWaitsForIt) {
  Client client(port());
  client.write(head("Content-Type: video/webm\r\nContent-Length: 4\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(client.status(), "100");
  client.write("film");
  EXPECT_EQ(client.status(), "200");
}

TEST_F(UploadServerTest, TakesOneRequestAfterTheOtherFromOneConnection) {
  Client client(port());
  client.write("OPTIONS " + target() + " HTTP/1.1\r\nHost: x\r\nOrigin: http://a.example\r\n\r\n");
  const std::string answer = client.readHeader();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 204 ")) << answer;
  EXPECT_NE(answer.find("Access-Control-Allow-Origin: http://a.example"), std::string::npos);
  client.write(head("Content-Type: video/webm\r\nContent-Length: 0\r\n"));
  EXPECT_EQ(client.status(), "200");
}

TEST_F(UploadServerTest, LetsTheClientWaitWhileThereIsNoRoom) {
  sink_.fillAt(100'000);
  Client client(port());
  constexpr std::size_t kSize = 64 << 20;
  client.write(
      head("Content-Type: video/webm\r\nContent-Length: " + std::to_string(kSize) + "\r\n"));
  const std::string part(1 << 16, 'x');
  std::size_t sent = 0;
  while (sink_.content().size() < 100'000) sent += client.writeSome(part);
  ASSERT_TRUE(sink_.waitForStop());
  const std::size_t taken = sink_.content().size();
  EXPECT_LT(taken, 100'000 + kReadBytes);
  while (const std::size_t more = client.writeSome(part)) sent += more;  // What TCP holds.
  EXPECT_LT(sent, kSize);
  EXPECT_EQ(sink_.content().size(), taken);

  sink_.set(BodySink::State::HasRoom);
  while (sent < kSize)
    sent += client.writeSome(part.substr(0, std::min(part.size(), kSize - sent)));
  EXPECT_EQ(client.status(), "200");
  EXPECT_EQ(sink_.content().size(), kSize);
}

TEST_F(UploadServerTest, TellsOfAConnectionThatIsLost) {
  {
    Client client(port());
    client.write(head("Content-Type: video/webm\r\nContent-Length: 10\r\n") + "film");
  }
  EXPECT_TRUE(sink_.waitForEnd(BodyEnd::Lost));
}

TEST_F(UploadServerTest, RefusesABodyThatItsSinkRefuses) {
  sink_.set(BodySink::State::Refuses);
  Client client(port());
  client.write(head("Content-Type: video/webm\r\nContent-Length: 10\r\n") + "no");
  EXPECT_EQ(client.status(), "415");
  EXPECT_TRUE(sink_.waitForEnd(BodyEnd::Lost));
}

TEST_F(UploadServerTest, RefusesAFormThatIsNone) {
  for (const std::string& body : {std::string("no form"), std::string("--B--")}) {
    Client client(port());
    client.write(head("Content-Type: multipart/form-data; boundary=B\r\nContent-Length: " +
                      std::to_string(body.size()) + "\r\n") +
                 body);
    EXPECT_EQ(client.status(), "400") << body;
  }
}

TEST_F(UploadServerTest, RefusesWhatIsNoHttp) {
  for (const auto& [request, status] : {
           std::pair{std::string("\x16\x03\x01\x02\x00"), "400"},
           {std::string("GET / HTTP/9.9\r\n\r\n"), "400"},
           {std::string("POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"), "400"},
           {"POST / HTTP/1.1\r\nA: " + std::string(kMaxHeaderBytes, 'x') + "\r\n\r\n", "431"},
           {std::string("POST / HTTP/1.1\r\nContent-Type: a/b\r\n\r\n"), "404"},
       }) {
    Client client(port());
    client.write(request);
    EXPECT_EQ(client.status(), status) << request.substr(0, 40);
  }
}

TEST_F(UploadServerTest, ForgetsAPathThatIsClosed) {
  Client busy(port());
  busy.write(head("Content-Type: video/webm\r\nContent-Length: 10\r\nExpect: 100-continue\r\n"));
  ASSERT_EQ(busy.status(), "100");
  const std::string again = head("Content-Type: video/webm\r\nContent-Length: 0\r\n");
  Client late(port());
  path_.reset();
  EXPECT_TRUE(sink_.waitForEnd(BodyEnd::Lost));
  EXPECT_TRUE(busy.isClosed());
  late.write(again);
  EXPECT_EQ(late.status(), "404");
}

TEST_F(UploadServerTest, PutsOutTheOldestIdlerWhenThereAreTooMany) {
  std::vector<std::unique_ptr<Client>> idlers;
  for (std::size_t i = 0; i < kMaxConnections; ++i)
    idlers.push_back(std::make_unique<Client>(port()));
  Client client(port());
  EXPECT_TRUE(idlers.front()->isClosed());
  client.write(head("Content-Type: video/webm\r\nContent-Length: 0\r\n"));
  EXPECT_EQ(client.status(), "200");
}

TEST_F(UploadServerTest, EndsWithConnectionsOpen) {
  std::optional<UploadServer> server(std::in_place, UploadSettings{"127.0.0.1", 0, ""});
  auto path = server->open(receiver_);
  const std::string url = path->url();
  Client client(static_cast<std::uint16_t>(std::stoi(url.substr(url.find(':', 5) + 1))));
  client.write("POST " + url.substr(url.rfind('/')) +
               " HTTP/1.1\r\nContent-Type: video/webm\r\nContent-Length: 9\r\n"
               "Expect: 100-continue\r\n\r\n");
  ASSERT_EQ(client.status(), "100");
  path.reset();
  server.reset();
  EXPECT_TRUE(client.isClosed());
}

TEST(UploadServer, SaysWhyItCannotListen) {
  UploadServer first({.host = "127.0.0.1", .port = 0, .announced_host = "media.example"});
  const auto path = first.open(std::make_shared<Receiver>());
  EXPECT_TRUE(path->url().starts_with("http://media.example:")) << path->url();
  const int port = std::stoi(path->url().substr(path->url().find(':', 5) + 1));
  UploadServer second({"127.0.0.1", static_cast<std::uint16_t>(port), ""});
  EXPECT_THROW(second.open(std::make_shared<Receiver>()), std::runtime_error);
  UploadServer nowhere({"no.such.host.invalid", 0, ""});
  EXPECT_THROW(nowhere.open(std::make_shared<Receiver>()), std::runtime_error);
}

}  // namespace
}  // namespace ms::http
