// @ts-check
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { findExecutable } from './executables.mjs'
import { mysqlProtocol } from './mysql-protocol.mjs'

/** @type {import('./service.mjs').Service} */
export const mariadb = {
  ...mysqlProtocol,
  title: 'MariaDB',
  variable: 'MARIADB_URL',
  example: 'mysql://user@host',
  debian: ['mariadb-server'],
  image: { name: 'mariadb:11', port: 3306, args: [], environment: { MARIADB_ALLOW_EMPTY_ROOT_PASSWORD: '1' } },

  find() {
    const server = findExecutable('mariadbd')
    const install = findExecutable('mariadb-install-db')
    // MariaDB's program of that name may be a client's leftover: it is asked.
    if (!server || !install || spawnSync(server, ['--version']).status !== 0) return null
    return {
      accounts: ['mysql'],
      prepare: ({ data }) => [
        ...[
          install,
          '--no-defaults',
          `--datadir=${data}`,
          '--skip-test-db',
          '--auth-root-authentication-method=normal',
        ],
      ],
      command: ({ folder, data, port }) => [
        ...[server, '--no-defaults', `--datadir=${data}`, `--port=${port}`, '--bind-address=127.0.0.1'],
        ...[`--socket=${join(folder, 'socket')}`, `--pid-file=${join(folder, 'pid')}`],
        // A commit survives a crash of the process, not of the machine, which is all that a test can bring about.
        ...['--innodb-flush-log-at-trx-commit=2', '--max-connections=300'],
      ],
      signal: 'SIGTERM',
    }
  },
}
