import { config } from './config.js'
import type { english } from './words-en.js'

const queried = (questions: number) => `数据库被查询 ${questions} 次`

export const chinese: typeof english = {
  language: 'zh',
  fixed: {
    title: '身份 Cookie，按需换取访问令牌',
    lead: '登录后只写一个 Cookie，有效期一个月，期间不变。访问令牌快到期时，页面用这个 Cookie 换一个新的。',
    signIn: '登录',
    signOut: '退出登录',
    register: '注册',
    username: '用户名',
    password: '密码',
    name: '姓名',
    users: '用户存放在',
    cache: '缓存',
    life: '访问令牌剩余',
    questions: '数据库查询次数',
    requests: '请求',
    lifeBefore: '发送前剩余',
    whatItDid: '客户端的处理',
    answer: '响应',
    try: '试一试',
    tryHint: '请先登录。',
    operator: '管理员',
    hash: '表里的哈希',
    account: '账号',
    changePassword: '修改密码',
    current: '当前密码',
    next: '新密码',
    change: '修改',
  },
  acts: {
    call: ['发送请求', '客户端先看令牌还剩多久。'],
    sleep: ['等令牌到期再发送', `像放在后台的页面：${config.accessToken} 秒不刷新，然后发一个请求。`],
    exchange: ['用 Cookie 换五次令牌', '每次都要用户资料，缓存里有。'],
    stop: ['停掉 Redis', '然后换五次令牌。'],
    start: ['启动 Redis', '等它重新响应。'],
    flush: ['清空 Redis', '然后换五次令牌，第一次会未命中。'],
    slow: ['让 Redis 变慢', '三秒内不响应，期间换五次令牌。'],
    hundred: ['一百个请求同时未命中', '清空 Redis，同一时刻换一百次令牌。'],
    unknown: ['发送无人认识的 Cookie', '改掉你的 Cookie 末尾几个字符，发五次。'],
  },
  seconds: (count) => `${count} 秒`,
  sentAsItIs: '直接发送',
  exchangedFirst: '先换新令牌，再发送',
  noCache: '无',
  cacheStates: { running: '运行中', stopped: '已停止', none: '' },
  running: '正在进行……',
  enable: '启用',
  disable: '禁用',
  isEnabled: '正常',
  isDisabled: '已禁用',
  changeElsewhere: '在别处改密码',
  states: {
    unknown: '正在打开',
    anonymous: '未登录',
    active: '已登录',
    refreshing: '正在换令牌',
    degraded: '已登录，认证服务器没有响应',
    reauth: '请重新登录',
  },
  seen: {
    sent: ({ life, exchanged }) =>
      `令牌剩余 ${life} 秒。${exchanged ? '先换了新令牌，再发送请求。' : '请求直接发送。'}`,
    asleep: (left) => `页面在后台，令牌剩余 ${left} 秒。`,
    slept: ({ exchanged, statuses }) =>
      `${exchanged ? '令牌已到期，所以先换了新的。' : ''}业务接口返回 ${statuses.join('，然后 ')}，没有见到过期的令牌。`,
    exchange: ({ statuses, questions }) =>
      `换了 ${statuses.length} 次，成功 ${answered(statuses)} 次。${queried(questions)}。`,
    stop: ({ statuses, questions }) =>
      `Redis 已停止。换了 ${statuses.length} 次，成功 ${answered(statuses)} 次。${queried(questions)}。没有人因此掉线。`,
    start: ({ back }) => `Redis 已启动，${back} 毫秒后重新响应，不再查询数据库。`,
    flush: ({ statuses, questions }) =>
      `Redis 已清空。换了 ${statuses.length} 次，成功 ${answered(statuses)} 次。${queried(questions)}。`,
    slow: ({ statuses, questions, slowest, back }) =>
      `Redis 没有响应。换了 ${statuses.length} 次，成功 ${answered(statuses)} 次，最慢 ${slowest} 毫秒。${queried(questions)}。又过了 ${back} 毫秒，Redis 恢复响应。`,
    hundred: ({ statuses, questions }) =>
      `同时换 ${statuses.length} 次，全部未命中，成功 ${answered(statuses)} 次。${queried(questions)}。`,
    unknown: ({ statuses, codes, questions, failedSignIns }) =>
      `${statuses.length} 次都返回 ${statuses[0]}，业务码 ${codes.join('、')}。${queried(questions)}，登录失败计数 ${failedSignIns}。`,
    disabled: (milliseconds, left) => `${milliseconds} 毫秒后 guard 拒绝了这个令牌，而它还有 ${left} 秒才到期。`,
    disabledElsewhere: (username) => `${username} 已禁用，所有会话都已结束。`,
    enabled: (username) => `${username} 可以重新登录。`,
    changedElsewhere: (username) => `${username} 的密码在另一个浏览器里改了，新密码已填入登录框。`,
    registered: '注册成功，请登录。',
    passwordChanged: '密码已修改。你的其他浏览器都会退出登录，并说明原因。',
  },
  reasons: {
    account_disabled: '这个账号已被禁用。',
    credentials_changed: '密码已在另一个浏览器里修改，请用新密码登录。',
    session_revoked: '这个会话已被结束。',
    session_replaced: '新的登录取代了这个会话。',
    session_expired: '一个月已到，请重新登录。',
  },
  failed: {
    invalid_credentials: '用户名或密码不正确。',
    invalid_request: '密码至少需要 8 个字符。',
    username_taken: '这个用户名已被使用。',
    too_many_attempts: '尝试次数太多，请稍后再试。',
    unreachable: '认证服务器没有响应。',
  },
}

function answered(statuses: readonly number[]): number {
  return statuses.filter((status) => status === 200).length
}
