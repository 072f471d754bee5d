// The words of the table. The Chinese ones are those that people search for.

const systems = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }

export const words = {
  en: {
    columns: [
      'client',
      '30 requests',
      'four tabs',
      'late 401',
      'replay refused',
      'left pending',
      'signed out wrongly',
      'sent as somebody else',
      'gzip',
    ],
    names: {},
    scenarios: {
      burst: '30 requests',
      tabs: 'four tabs',
      lateRefusal: 'late 401',
      500: 'HTTP 500',
      'network error': 'network error',
      never: 'never answered',
      otherUser: 'other user',
    },
    no: 'no',
    comma: ', ',
    measured: ({ date, chromium, node, cores, gigabytes, system }) =>
      `Measured on ${date} with \`npm run bench -- client --write\`: Chromium ${chromium}, Node ${node}, a ${systems[system] ?? system} ` +
      `machine with ${cores} cores and ${gigabytes} GB of memory, shared with other work.`,
    versions: (libraries, axios) => `Versions: ${libraries.join(', ')}. axios itself is ${axios} kB.`,
  },
  zh: {
    columns: [
      '客户端',
      '30 个并发',
      '4 个标签页',
      '晚到的 401',
      '重发又被拒',
      '一直挂起',
      '误退出登录',
      '用错身份',
      'gzip 体积',
    ],
    names: {
      'sessionward-fetch': '**Sessionward**，`client.fetch`',
      'sessionward-axios': '**Sessionward**，`attachAxios`',
      'is-refreshing': '手写 `isRefreshing` 队列',
      'failed-queue': '手写 `failedQueue` 加 `processQueue`',
      'axios-auth-refresh-all': 'axios-auth-refresh，`deduplicateRefresh: false`',
      alova: 'alova 的 token 身份认证拦截器',
      ky: 'ky，官方文档的写法',
      'fetch-extras': 'fetch-extras 的 `withTokenRefresh`',
      'axa-oidc-client': '@axa-fr/oidc-client（service worker）',
    },
    scenarios: {
      burst: '30 个并发',
      tabs: '4 个标签页',
      lateRefusal: '晚到的 401',
      500: '刷新返回 500',
      'network error': '断网',
      never: '刷新无响应',
      otherUser: '换人登录',
    },
    no: '无',
    comma: '、',
    measured: ({ date, chromium, node, cores, gigabytes, system }) =>
      `${date} 用 \`npm run bench -- client --write\` 测得：Chromium ${chromium}、Node ${node}，${systems[system] ?? system} 机器，` +
      `${cores} 核、${gigabytes} GB 内存，同时还在跑别的任务。`,
    versions: (libraries, axios) => `版本：${libraries.join('、')}。axios 自身 ${axios} kB。`,
  },
}
