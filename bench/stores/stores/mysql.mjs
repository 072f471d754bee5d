export * from './mariadb.mjs'

export const title = 'MySQL'
export const service = 'mysql'
export const args = ['--innodb-flush-log-at-trx-commit=1', '--skip-log-bin']
