const english = {
  language: 'en',
  ways: {
    before: 'Before: the usual queue',
    after: 'After: the client over the same backend',
    authServer: 'The Sessionward auth server with business codes',
    singleToken: 'A single token',
  },
  states: {
    unknown: 'opening',
    anonymous: 'signed out',
    active: 'signed in',
    refreshing: 'signed in, refreshing',
    degraded: 'signed in, the server does not answer',
    reauth: 'sign in again',
  },
  fixed: {
    title: 'Back office',
    username: 'User name',
    password: 'Password',
    signIn: 'Sign in',
    signOut: 'Sign out',
    orders: 'Orders',
    reload: 'Load again',
    number: 'No.',
    item: 'Item',
    quantity: 'Quantity',
    by: 'By',
    create: 'New order',
    save: 'Create',
    upload: 'Attachment',
    file: 'File',
    send: 'Upload',
    all: 'All four ways',
  },
  signedIn: 'Signed in.',
  signedOut: 'Signed out.',
  created: 'The order was created.',
  loaded: (count: number) => `${count} orders loaded.`,
  uploaded: (bytes: number) => `${bytes.toLocaleString('en')} bytes uploaded.`,
  ended: (reason: string, by?: string) =>
    (reasons[reason] ?? `The session has ended (${reason}).`) + (by ? ` It was ${by}.` : ''),
}

const reasons: Readonly<Record<string, string>> = {
  session_replaced: 'Your account was signed in on another device.',
  refresh_token_expired: 'You were away for a long time. Please sign in again.',
  refresh_token_invalid: 'The server does not know this session any more. Please sign in again.',
  session_revoked: 'The session was ended. Please sign in again.',
  signed_out: '',
  refresh_token_missing: '',
}

const chinese: typeof english = {
  language: 'zh',
  ways: {
    before: '改造前：常见的请求队列',
    after: '改造后：同一个后端，换成客户端',
    authServer: 'Sessionward 认证服务器，使用业务码',
    singleToken: '单 Token',
  },
  states: {
    unknown: '正在打开',
    anonymous: '未登录',
    active: '已登录',
    refreshing: '已登录，正在刷新',
    degraded: '已登录，服务器没有响应',
    reauth: '请重新登录',
  },
  fixed: {
    title: '后台管理',
    username: '用户名',
    password: '密码',
    signIn: '登录',
    signOut: '退出登录',
    orders: '订单',
    reload: '重新加载',
    number: '编号',
    item: '商品',
    quantity: '数量',
    by: '创建人',
    create: '新建订单',
    save: '创建',
    upload: '附件',
    file: '文件',
    send: '上传',
    all: '四种接法',
  },
  signedIn: '登录成功。',
  signedOut: '已退出登录。',
  created: '订单已创建。',
  loaded: (count) => `已加载 ${count} 个订单。`,
  uploaded: (bytes) => `已上传 ${bytes.toLocaleString('zh')} 字节。`,
  ended: (reason, by) => (chineseReasons[reason] ?? `会话已结束（${reason}）。`) + (by ? `登录设备：${by}。` : ''),
}

const chineseReasons: Readonly<Record<string, string>> = {
  session_replaced: '您的账号已在另一台设备上登录。',
  refresh_token_expired: '您离开太久了，请重新登录。',
  refresh_token_invalid: '服务器已不认识这个会话，请重新登录。',
  session_revoked: '会话已被结束，请重新登录。',
  signed_out: '',
  refresh_token_missing: '',
}

/** By the browser's language; `?lang=zh` or `?lang=en` decides otherwise. */
export const words = /^zh/.test(new URLSearchParams(location.search).get('lang') ?? navigator.language)
  ? chinese
  : english
