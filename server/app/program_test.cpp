// The program as its operator meets it: the real binary, run as a child.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "server/base/uuid.h"

namespace ms::app {
namespace {

namespace fs = std::filesystem;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

// The server, run as a child that ends with the test at the latest.
class Server {
 public:
  explicit Server(std::vector<std::string> arguments, std::vector<std::string> environment = {}) {
    arguments.insert(arguments.begin(), MS_SERVER);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) become(arguments, environment, ends[1]);
    close(ends[1]);
    pipe_ = ends[0];
  }
  ~Server() {
    if (pid_ > 0) kill(pid_, SIGKILL);
    wait();
    close(pipe_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Reads until the output holds `text`; false when the program ended without.
  bool says(const std::string& text) {
    while (output_.find(text) == std::string::npos)
      if (!readSome()) return false;
    return true;
  }
  void signal(int number) const { kill(pid_, number); }
  int pid() const { return pid_; }
  // The wait status; the output is complete then.
  int wait() {
    if (pid_ < 0) return status_;
    while (readSome()) continue;
    waitpid(pid_, &status_, 0);
    pid_ = -1;
    return status_;
  }
  int exitCode() {
    const int status = wait();
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  const std::string& output() const { return output_; }  // Standard output and error, mixed.

 private:
  [[noreturn]] static void become(const std::vector<std::string>& arguments,
                                  const std::vector<std::string>& environment, int output) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    std::vector<const char*> words;
    for (const auto& word : arguments) words.push_back(word.c_str());
    words.push_back(nullptr);
    std::vector<const char*> variables;
    for (const auto& variable : environment) variables.push_back(variable.c_str());
    variables.push_back(nullptr);
    execve(words[0], const_cast<char* const*>(words.data()),
           const_cast<char* const*>(variables.data()));
    _exit(127);
  }

  bool readSome() {
    char bytes[4096];
    const ssize_t count = read(pipe_, bytes, sizeof bytes);
    if (count > 0) output_.append(bytes, static_cast<std::size_t>(count));
    return count > 0;
  }

  int pid_ = -1;
  int pipe_ = -1;
  int status_ = 0;
  std::string output_;
};

// A TCP port of 127.0.0.1, held until it goes.
class HeldPort {
 public:
  HeldPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    listen(socket_, 1);
    socklen_t length = sizeof address;
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }
  ~HeldPort() { close(socket_); }
  int number() const { return port_; }

 private:
  const int socket_;
  int port_ = 0;
};

int freePort() { return HeldPort().number(); }

std::string get(int port, const std::string& path) {
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  std::string answer;
  if (connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    const auto request = "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
    [[maybe_unused]] const auto sent = write(client, request.data(), request.size());
    char bytes[4096];
    for (ssize_t count; (count = read(client, bytes, sizeof bytes)) > 0;)
      answer.append(bytes, static_cast<std::size_t>(count));
  }
  close(client);
  return answer;
}

// A client in raw bytes.
class RawSocket {
 public:
  explicit RawSocket(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~RawSocket() { close(socket_); }
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  void send(const std::string& bytes) const {
    EXPECT_EQ(write(socket_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  // Reads until `text` has come; false when the connection ended without.
  bool receives(const std::string& text) const {
    std::string all;
    char bytes[4096];
    while (all.find(text) == std::string::npos) {
      const ssize_t count = read(socket_, bytes, sizeof bytes);
      if (count <= 0) return false;
      all.append(bytes, static_cast<std::size_t>(count));
    }
    return true;
  }

 private:
  const int socket_;
};

const std::string kUpgrade =
    "GET /kurento HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
constexpr const char* kCreatePipeline =
    R"({"jsonrpc":"2.0","id":1,"method":"create","params":{"type":"MediaPipeline"}})";

// RFC 6455 §5.2: final, text, masked with zero, at most 125 bytes.
std::string textFrame(const std::string& text) {
  return "\x81" + std::string(1, static_cast<char>(0x80 | text.size())) + std::string(4, '\0') +
         text;
}

std::string textOf(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Program : public testing::Test {
 protected:
  Program() : folder_(fs::temp_directory_path() / ("program-" + makeUuid())) {
    fs::create_directories(folder_);
  }
  ~Program() override { fs::remove_all(folder_); }

  std::string config(const std::string& web_socket) const {
    const auto path = folder_ / "kurento.conf.json";
    std::ofstream(path) << R"({"mediaServer": {"net": {"websocket": )" << web_socket << "}}}";
    return path;
  }
  std::string configWithPort(int port) const {
    return config(R"({"address": "127.0.0.1", "port": )" + std::to_string(port) + "}");
  }

  const fs::path folder_;
};

constexpr const char* kReady = "demo page";

TEST_F(Program, ShowsItsOptions) {
  Server server({"--help"});

  EXPECT_EQ(server.exitCode(), 0);
  EXPECT_THAT(server.output(), HasSubstr("--number-log-files"));
}

TEST_F(Program, ShowsVersionsOfServerAndModules) {
  Server server({"-v", "-f", "/nowhere"});

  EXPECT_EQ(server.exitCode(), 0);
  EXPECT_THAT(server.output(), HasSubstr("version: 7."));
  for (const char* module : {"'core' version", "'elements' version", "'filters' version"})
    EXPECT_THAT(server.output(), HasSubstr(module));
}

TEST_F(Program, ListsWhatItCanCreate) {
  Server server({"--list"});

  EXPECT_EQ(server.exitCode(), 0);
  EXPECT_THAT(server.output(), HasSubstr("MediaPipeline\n"));
  EXPECT_THAT(server.output(), HasSubstr("WebRtcEndpoint\n"));
}

TEST_F(Program, ListensSaysWhereAndEndsCleanly) {
  const auto port = freePort();
  Server server({"--conf-file", configWithPort(port), "2>&1"});

  ASSERT_TRUE(server.says(kReady)) << server.output();
  const auto host = "127.0.0.1:" + std::to_string(port) + "/";
  EXPECT_THAT(server.output(), HasSubstr("ws://" + host + "kurento\n"));
  EXPECT_TRUE(server.says("http://" + host));
  const auto page = get(port, "/");
  EXPECT_THAT(page, HasSubstr(" 200 "));
  EXPECT_THAT(page, HasSubstr("Content-Security-Policy: default-src 'none'"));

  server.signal(SIGTERM);
  EXPECT_EQ(server.exitCode(), 0) << server.output();
  EXPECT_THAT(server.output(), HasSubstr("'2>&1' on the command line means nothing"));
}

TEST_F(Program, ReadsItsEnvironment) {
  Server server({}, {"KURENTO_CONF_FILE=" + configWithPort(freePort()), "GST_DEBUG=1"});

  EXPECT_TRUE(server.says(kReady)) << server.output();
  server.signal(SIGINT);
  EXPECT_EQ(server.exitCode(), 0);
  EXPECT_THAT(server.output(), Not(HasSubstr(" info ")));
}

TEST_F(Program, WritesItsLogIntoAFolder) {
  const auto logs = folder_ / "logs";
  Server server({"-f", configWithPort(freePort()), "-d", logs, "--gst-debug=nonsense,Kurento*:4"});
  ASSERT_TRUE(server.says(kReady)) << server.output();
  server.signal(SIGTERM);
  EXPECT_EQ(server.exitCode(), 0);

  std::string log;
  for (const auto& entry : fs::directory_iterator(logs))
    if (entry.path().filename() != "errors.log") log += textOf(entry.path());
  EXPECT_THAT(log, HasSubstr("Kurento Media Server started\n"));
  EXPECT_THAT(log, HasSubstr("GST_DEBUG: 'nonsense' is not"));
  EXPECT_THAT(log, Not(HasSubstr("\033")));
  EXPECT_THAT(textOf(logs / "errors.log"), EndsWith(" -- New execution\n"));
  EXPECT_THAT(server.output(), Not(HasSubstr(" info ")));
}

TEST_F(Program, StartsWithItsLogOnStandardErrorWhenTheFolderCannotBeMade) {
  std::ofstream(folder_ / "logs") << "in the way";
  Server server({"-f", configWithPort(freePort()), "-d", folder_ / "logs"});

  EXPECT_TRUE(server.says(kReady)) << server.output();
  server.signal(SIGTERM);
  EXPECT_EQ(server.exitCode(), 0);
  EXPECT_THAT(server.output(), HasSubstr("no log file can be made in"));
}

TEST_F(Program, EndsWithOneWhenASettingIsWrong) {
  Server server({"-f", config(R"({"port": "many"})")});

  EXPECT_EQ(server.exitCode(), 1);
  EXPECT_THAT(server.output(), HasSubstr("kurento.conf.json: 'mediaServer.net.websocket.port' is "
                                         "\"many\", expected a whole number from 0 to 65535"));
}

TEST_F(Program, EndsWithOneWhenAnOptionIsWrong) {
  Server server({"--log-file-size=none"});

  EXPECT_EQ(server.exitCode(), 1);
  EXPECT_THAT(server.output(), HasSubstr("--log-file-size is 'none'"));
}

TEST_F(Program, EndsWithOneWhenItCannotListen) {
  const HeldPort taken;
  Server server({"-f", configWithPort(taken.number())});

  EXPECT_EQ(server.exitCode(), 1);
  EXPECT_THAT(server.output(), HasSubstr("port " + std::to_string(taken.number())));
}

TEST_F(Program, EndsWithOneWhenNoPortIsConfigured) {
  Server server({"-f", config("{}")});

  EXPECT_EQ(server.exitCode(), 1);
  EXPECT_THAT(server.output(), HasSubstr("nothing to listen on"));
}

TEST_F(Program, LeavesAStackTraceWhenItCrashes) {
  Server server({"-f", configWithPort(freePort()), "-d", folder_});
  ASSERT_TRUE(server.says(kReady)) << server.output();

  server.signal(SIGSEGV);

  EXPECT_EQ(server.exitCode(), -SIGSEGV);
  const auto errors = textOf(folder_ / "errors.log");
  EXPECT_THAT(errors, HasSubstr("Segmentation fault (thread "));
  EXPECT_THAT(errors, HasSubstr("kurento-media-server:0x"));
}

TEST_F(Program, AnswersThePingOfAnotherOneWithItsConfiguration) {
  const auto file = configWithPort(freePort());
  Server server({"-f", file});
  ASSERT_TRUE(server.says(kReady)) << server.output();
  EXPECT_EQ(Server({"--ping", "-f", file}).exitCode(), 0);

  server.signal(SIGTERM);
  EXPECT_EQ(server.exitCode(), 0);
  Server late({"--ping", "-f", file});
  EXPECT_EQ(late.exitCode(), 1);
  EXPECT_THAT(late.output(), HasSubstr("refused"));
}

TEST_F(Program, DrainsUntilASecondSignalComes) {
  const auto port = freePort();
  Server server({"-f", configWithPort(port), "--drain-time", "600"});
  ASSERT_TRUE(server.says(kReady)) << server.output();
  const RawSocket client(port);
  client.send(kUpgrade + textFrame(kCreatePipeline));
  ASSERT_TRUE(client.receives("\"value\""));

  server.signal(SIGTERM);
  ASSERT_TRUE(server.says("no new sessions and pipelines"));
  client.send(textFrame(kCreatePipeline));
  EXPECT_TRUE(client.receives("The server is stopping"));
  server.signal(SIGTERM);
  EXPECT_EQ(server.exitCode(), 0) << server.output();
}

TEST_F(Program, EndsOnceItIsDrained) {
  const auto port = freePort();
  Server server({"-f", configWithPort(port)}, {"KURENTO_DRAIN_TIME=600"});
  ASSERT_TRUE(server.says(kReady)) << server.output();

  server.signal(SIGTERM);
  EXPECT_EQ(server.exitCode(), 0) << server.output();
}

TEST_F(Program, GivesUpTheRightToStartPrograms) {
  Server server({"-f", configWithPort(freePort()), "--block-exec=yes"});
  ASSERT_TRUE(server.says(kReady)) << server.output();

  const auto status = textOf("/proc/" + std::to_string(server.pid()) + "/status");
  EXPECT_THAT(status, HasSubstr("NoNewPrivs:\t1"));
  EXPECT_THAT(status, HasSubstr("Seccomp:\t2"));
}

TEST_F(Program, EndsWithOneWhenItCannotFindOutItsExternalAddress) {
  Server server({"-f", configWithPort(freePort())},
                {"KMS_EXTERNAL_IPV6=auto", "KMS_STUN_IP=127.0.0.1", "KMS_STUN_PORT=1"});

  EXPECT_EQ(server.exitCode(), 1);
  EXPECT_THAT(server.output(), HasSubstr("needs an IPv6 'stunServerAddress'"));
}

TEST_F(Program, SkipsAPluginThatCannotBeLoaded) {
  std::ofstream(folder_ / "libkmsbrokenmodule.so") << "no library";
  Server server({"-f", configWithPort(freePort()), "-p", folder_});

  EXPECT_TRUE(server.says(kReady)) << server.output();
  server.signal(SIGTERM);
  EXPECT_EQ(server.exitCode(), 0);
  EXPECT_THAT(server.output(), HasSubstr("libkmsbrokenmodule.so"));
}

}  // namespace
}  // namespace ms::app
