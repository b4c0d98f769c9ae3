#include "io/privileges.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

namespace fairway::io {
namespace {

// The effective capability mask as the kernel prints it, "0000000000000000" for none.
std::string effective_capabilities() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("CapEff:")) return line.substr(line.find_last_of(" \t") + 1);
    }
    return "unknown";
}

Status become(const std::string& user) {
    errno = 0;
    const passwd* entry = getpwnam(user.c_str());
    if (entry == nullptr) {
        return fail(Code::kNotFound, Origin::kConfig,
                    fmt::format("--user {}: no such user; name one that exists", user));
    }
    const uid_t uid = entry->pw_uid;
    const gid_t gid = entry->pw_gid;
    if (setgroups(1, &gid) != 0) return fail_errno("setgroups", errno);
    if (setresgid(gid, gid, gid) != 0) return fail_errno("setresgid", errno);
    if (setresuid(uid, uid, uid) != 0) return fail_errno("setresuid", errno);
    if (uid != 0 && setuid(0) == 0) {
        return fail(Code::kSystem, Origin::kSystem,
                    "root came back after setresuid: refusing to run");
    }
    return {};
}

}  // namespace

Result<std::string> drop_privileges(const std::string& user) {
    const bool root = geteuid() == 0;
    if (root) FW_TRY_VOID(become(user));
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail_errno("no_new_privs", errno);
    const std::string mask = effective_capabilities();
    const bool none = mask.find_first_not_of('0') == std::string::npos;
    const std::string name = root ? user : "the user that started it";
    return fmt::format("runs as {} (uid {}); kept: {}", name, getuid(),
                       none ? "no capability" : "capabilities 0x" + mask);
}

}  // namespace fairway::io
