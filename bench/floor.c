// The floor of dns.py: recvmmsg and sendmmsg of up to 64 datagrams, each query sent back with an A
// record behind it. What this costs is the kernel's; no server that uses UDP sockets can do less.
// floor PORT
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { kBatch = 64, kSize = 1500 };

static const unsigned char kAnswer[16] = {0xC0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 1};

int main(int count, char** arguments) {
    static unsigned char packets[kBatch][kSize];
    static struct mmsghdr messages[kBatch];
    static struct iovec parts[kBatch];
    static struct sockaddr_in peers[kBatch];
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (count != 2) return 2;
    here.sin_port = htons((unsigned short)atoi(arguments[1]));
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(fd, (struct sockaddr*)&here, sizeof here) != 0) return 1;
    for (;;) {
        for (int i = 0; i < kBatch; ++i) {
            parts[i] = (struct iovec){packets[i], kSize - sizeof kAnswer};
            messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1,
                                                  .msg_name = &peers[i], .msg_namelen = sizeof peers[i]};
        }
        int received = recvmmsg(fd, messages, kBatch, MSG_WAITFORONE, NULL);
        if (received < 0) return 1;
        for (int i = 0; i < received; ++i) {
            size_t size = messages[i].msg_len;
            packets[i][2] |= 0x84;  // an authoritative response
            packets[i][7] = 1;      // with one answer
            memcpy(packets[i] + size, kAnswer, sizeof kAnswer);
            parts[i].iov_len = size + sizeof kAnswer;
        }
        sendmmsg(fd, messages, (unsigned)received, 0);
    }
}
