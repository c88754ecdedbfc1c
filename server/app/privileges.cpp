#include "server/app/privileges.h"

#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <iterator>

namespace ms::app {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
constexpr std::uint32_t kMostNumber = 0x3fffffff;  // Above: the calls of the x32 ABI.
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
constexpr std::uint32_t kMostNumber = 0x7fffffff;
#else
#error "the system calls of this architecture are not known here"
#endif

// Calls of another architecture have other numbers: the server makes none, so all are refused.
constexpr sock_filter kFilter[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 0, 5),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, kMostNumber, 3, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 2, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execveat, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
};

std::string failure(const char* call) { return std::string(call) + ": " + std::strerror(errno); }

}  // namespace

std::string becomeUser(std::uint32_t user_id) {
  if (geteuid() == user_id) return {};
  if (setgroups(0, nullptr) != 0) return failure("setgroups");
  if (setgid(user_id) != 0) return failure("setgid");
  if (setuid(user_id) != 0) return failure("setuid");
  return {};
}

std::string blockProgramStart() {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failure("no_new_privs");
  const sock_fprog program{.len = std::size(kFilter), .filter = const_cast<sock_filter*>(kFilter)};
  const long refused_by =
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  if (refused_by > 0) return "seccomp: thread " + std::to_string(refused_by) + " refuses";
  if (refused_by < 0) return failure("seccomp");
  return {};
}

}  // namespace ms::app
