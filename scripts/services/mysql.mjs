// @ts-check
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { findExecutable } from './executables.mjs'
import { mysqlProtocol } from './mysql-protocol.mjs'

/** @type {import('./service.mjs').Service} */
export const mysql = {
  ...mysqlProtocol,
  title: 'MySQL',
  variable: 'MYSQL_URL',
  example: 'mysql://user@host',
  debian: [],
  image: { name: 'mysql:8.4', port: 3306, args: [], environment: { MYSQL_ALLOW_EMPTY_PASSWORD: 'yes' } },

  find() {
    const server = findExecutable('mysqld')
    if (!server) return null
    // MariaDB brings a program of this name.
    const { status, stdout } = spawnSync(server, ['--version'], { encoding: 'utf8' })
    return status === 0 && !/mariadb/i.test(stdout) ? programs(server) : null
  },

  // Debian has MySQL in unstable only.
  chroot: { suite: 'sid', packages: ['mysql-server-core'], links: [], programs: programs('/usr/sbin/mysqld') },
}

/** @param {string} server @returns {import('./service.mjs').Programs} */
function programs(server) {
  return {
    accounts: ['mysql'],
    prepare: ({ data }) => [server, '--no-defaults', '--initialize-insecure', `--datadir=${data}`],
    command: ({ folder, data, port }) => [
      ...[server, '--no-defaults', `--datadir=${data}`, `--port=${port}`, '--bind-address=127.0.0.1'],
      ...[
        `--socket=${join(folder, 'socket')}`,
        `--pid-file=${join(folder, 'pid')}`,
        '--mysqlx=OFF',
        '--secure-file-priv=NULL',
      ],
      // A commit survives a crash of the process, not of the machine, which is all that a test can bring about.
      ...['--innodb-flush-log-at-trx-commit=2', '--skip-log-bin', '--max-connections=300'],
    ],
    signal: 'SIGTERM',
  }
}
