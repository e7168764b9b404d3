package dev.tandem.transport;

/**
 * Who is at the other end of a Unix domain socket, as the kernel saw it when the connection was made (SO_PEERCRED, unix(7)).
 *
 * @param pid the process, as this process's namespace numbers it; 0 if it is not visible there
 * @param uid the user
 * @param gid the group
 */
public record PeerCredentials(int pid, long uid, long gid) {}
