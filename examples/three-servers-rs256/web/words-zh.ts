import { config } from './config.js'
import type { english } from './words-en.js'

/** 例如“30 分钟”。 */
function lifetime(seconds: number): string {
  if (seconds === 86_400) return '一天'
  return seconds < 120 ? `${seconds} 秒` : `${seconds / 60} 分钟`
}

const [access, refresh] = [lifetime(config.lifetimes.accessToken), lifetime(config.lifetimes.refreshToken)]

export const chinese: typeof english = {
  language: 'zh',
  fixed: {
    title: '三台服务器，一对密钥',
    lead: '认证服务器用私钥签发令牌。另外两台业务服务器只有公钥，各自在本地验签。',
    signIn: '登录',
    signOut: '退出登录',
    username: '用户名',
    password: '密码',
    accessToken: '访问令牌剩余',
    refreshToken: '刷新令牌剩余',
    auth: '认证服务器',
    authHolds: '持有私钥，负责签发和刷新。',
    orders: '订单',
    ordersHolds: '使用本项目的 guard：公钥，加上吊销推送。',
    invoices: '发票',
    invoicesHolds: '没有改动过的旧代码：jsonwebtoken 加公钥。',
    callOne: '请求',
    jwks: '公钥（JWKS）',
    answers: '两边的回答',
    what: '操作',
    try: '试一试',
    cannotTitle: '旧代码做不到的事',
    cannot:
      '会话已经结束，它仍然接受那个令牌，直到过期。令牌过期和令牌是伪造的，它都只说“Unauthorized”。它只认一把公钥，轮换密钥时会拒绝还没过期的令牌。',
  },
  acts: {
    call: ['请求两台', '用本页的访问令牌各发一个请求。'],
    expire: [`让 ${access}过去`, '把服务器的时钟拨快。两台都拒绝旧令牌，随后只刷新一次，两个请求自动重发。'],
    forge: ['伪造令牌', '改掉签名里的一个字符，再发给两台。'],
    rotate: ['高负载下轮换密钥', '换一对新密钥，同时一直有四路请求在发。'],
    everywhere: ['在所有设备上退出', '会话结束，然后把还没到期的访问令牌发给两台。'],
    again: ['再发一次那个令牌', '已退出的会话的令牌。可以先停一台，退出，再启动它，然后发送。'],
    day: [`让${refresh}过去`, '刷新令牌也过期了：去登录页，登录后回到刚才要做的事。'],
  },
  called: { orders: '请求订单', invoices: '请求发票', both: '请求两台' },
  states: {
    unknown: '正在打开',
    anonymous: '未登录',
    active: '已登录',
    refreshing: '正在刷新',
    degraded: '已登录，认证服务器没有响应',
    reauth: '请重新登录',
  },
  seen: {
    asked: (calls, refreshes) => `${calls} 个请求，${refreshes === 0 ? '没有刷新' : '刷新了一次'}。`,
    down: '停掉的服务器没有响应，但不会因此退出登录。',
    called: (refused, refreshes, answered) =>
      `${refused} 个请求遇到过期的令牌，刷新 ${refreshes} 次，${answered} 个得到了结果。`,
    forged: '订单说令牌是伪造的，而不是过期。发票对两种情况的说法一样。',
    everywhere: (milliseconds, minutes) =>
      `${milliseconds} 毫秒后，订单拒绝了这个令牌。发票不知情，还会接受它 ${minutes} 分钟。`,
    again: '会话已结束的令牌：订单知道，发票不知道。',
    noOldToken: '先“在所有设备上退出”，再登录，才会有这样的令牌。',
    rotated: (calls, failed, refused, refreshes) =>
      `轮换期间共 ${calls} 个请求，失败 ${failed} 个。旧代码误拒了 ${refused} 次，客户端刷新 ${refreshes} 次后重发成功。`,
  },
  running: '正在进行……',
  serverRuns: '运行中',
  serverDown: '已停止',
  stop: '停止',
  start: '启动',
  refresh: '刷新',
  noAnswer: '没有响应',
  published: (keys) => `公布了 ${keys} 把公钥。`,
  left: (seconds) => {
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
    return hours > 0 ? `${hours} 小时 ${minutes} 分` : `${minutes} 分 ${seconds % 60} 秒`
  },
  reasons: {
    refresh_token_expired: '离开的时间超过了刷新令牌的有效期，请重新登录。',
    session_expired: '会话已到期，请重新登录。',
    signed_out: '这个会话已退出，请重新登录。',
    session_revoked: '这个会话已被结束，请重新登录。',
  },
  signInFailed: {
    invalid_credentials: '用户名或密码不正确。',
    too_many_attempts: '尝试次数太多，请稍后再试。',
    unreachable: '认证服务器没有响应。',
  },
}
