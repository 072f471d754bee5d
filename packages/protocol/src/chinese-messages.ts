import type { ErrorCode } from './errors.js'

/** Chinese messages for `envelope`, one for each code of the error table. */
export const chineseMessages: Readonly<Record<ErrorCode | 'ok', string>> = {
  ok: '成功',
  access_token_missing: '请先登录。',
  access_token_invalid: '访问令牌无效。',
  access_token_expired: '访问令牌已过期。',
  claims_changed: '账号信息已变更，请刷新访问令牌。',
  insufficient_scope: '没有权限执行此操作。',
  step_up_required: '此操作需要重新验证身份。',

  refresh_token_missing: '请先登录。',
  refresh_token_invalid: '登录状态无效，请重新登录。',
  refresh_token_expired: '长时间未操作，请重新登录。',
  refresh_raced: '登录状态刚刚刷新过，请重试。',
  refresh_token_reused: '检测到刷新令牌被重复使用，为了安全已退出登录。',
  session_revoked: '登录已被管理员或您的其他设备结束，请重新登录。',
  session_replaced: '您的账号已在其他地方登录。',
  session_expired: '登录已到期，请重新登录。',
  account_disabled: '账号不可用。',
  credentials_changed: '密码已修改，请重新登录。',
  signed_out: '已退出登录。',
  session_changed: '此浏览器已有新的登录，原来的登录不再使用。',

  invalid_dpop_proof: 'DPoP 证明缺失或无效。',
  use_dpop_nonce: 'DPoP 证明必须包含本次响应中的 nonce。',
  proof_required: '此会话只能配合它绑定的密钥使用。',

  invalid_credentials: '用户名或密码错误。',
  captcha_required: '请完成验证码。',
  captcha_invalid: '验证码错误。',
  attempt_refused: '本次登录或注册未通过验证。',
  session_limit_reached: '该账号登录的设备数已达上限，请先在其中一台设备上退出登录。',
  too_many_attempts: '尝试次数过多，请稍后再试。',

  too_many_requests: '请求过于频繁，请稍后再试。',
  service_unavailable: '服务暂时不可用，请稍后再试。',

  invalid_request: '请求参数有误。',
  username_taken: '用户名已被占用。',
  invalid_client: '客户端认证失败。',
  origin_refused: '不允许该来源的页面发起此请求。',
  not_found: '请求的资源不存在。',
  method_not_allowed: '该地址不支持此请求方法。',
}
