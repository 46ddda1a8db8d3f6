// The layers of docs/architecture.md, as rules. A stage imports only stages before it, and of those only types; values meet in
// monitor.ts and cli/. Every vendor package has one home.
const STAGES = [
  'config',
  'stream',
  'batching',
  'engine',
  'events',
  'store',
  'sinks',
  'live',
  'http',
  'telemetry',
  'demo',
  'classify',
  'bench',
  'feed-check',
];

/** Vendor package → the only file (or folder) that may import it. */
const HOMES = {
  yaml: '^src/(config/yaml-source|engine/manifest/(yaml-form|manifest-writing))\\.ts$',
  convict: '^src/config/setting\\.ts$',
  sharp: '^src/(engine/picture|demo/scene-render)\\.ts$',
  'onnxruntime-node': '^src/engine/(backends/onnx|quantization/graph-run)\\.ts$',
  protobufjs: '^src/engine/(onnx/|inspection/saved-model-|quantization/(graph-file|node-attributes)\\.ts$)',
  undici: '^src/engine/models/http-source\\.ts$',
  libsql: '^src/store/sqlite-database\\.ts$',
  mqtt: '^src/(sinks/mqtt-session|feed-check/mqtt-source)\\.ts$',
  aedes: '^src/sinks/embedded-broker\\.ts$',
  ulid: '^src/events/event-id\\.ts$',
  hono: '^src/http/api\\.ts$',
  '@hono/node-server': '^src/http/http-server\\.ts$',
  'node-rtsp-stream': '^src/live/mpeg1-transcoder\\.ts$',
  '@cycjimmy/jsmpeg-player': '^src/dashboard/live/jsmpeg-view\\.ts$',
  ws: '^src/(http/(websocket-gate|feed-connection)|bench/verdict-feed|feed-check/websocket-source)\\.ts$',
  pino: '^src/telemetry/logger\\.ts$',
  'pino-pretty': '^src/telemetry/logger\\.ts$',
  'prom-client': '^src/telemetry/(metrics|instruments)\\.ts$',
  commander: '^src/cli/',
};

const downstream = STAGES.map((stage, index) => ({
  name: `layer-${stage}`,
  comment: `${stage} imports only what stands before it in the list of stages`,
  severity: 'error',
  from: { path: `^src/${stage}/` },
  to: { path: `^src/(${[...STAGES.slice(index + 1), 'cli', 'dashboard'].join('|')})/|^src/monitor` },
}));

const typesOnly = STAGES.map((stage) => ({
  name: `types-only-${stage}`,
  comment: 'across stages only types: values meet in monitor.ts and cli/',
  severity: 'error',
  from: { path: `^src/${stage}/` },
  to: { path: `^src/(${STAGES.filter((other) => other !== stage).join('|')})/`, dependencyTypesNot: ['type-only'] },
}));

const vendors = Object.entries(HOMES).map(([name, home]) => ({
  name: `home-of-${name.replaceAll('/', '-')}`,
  comment: `${name} has one home: ${home}`,
  severity: 'error',
  from: { path: '^src/', pathNot: home },
  to: { path: `node_modules/${name}(/|$)` },
}));

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/', pathNot: ['^src/dashboard/', '\\.d\\.ts$'] }, to: {} },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: { path: '^(src|test)/' },
      to: { couldNotResolve: true, pathNot: '^(@tensorflow/tfjs-node|ffmpeg-static)' },
    },
    { name: 'util-is-a-leaf', severity: 'error', from: { path: '^src/util/' }, to: { path: '^src/(?!util/)' } },
    { name: 'nobody-imports-cli', severity: 'error', from: { path: '^src/', pathNot: '^src/cli/' }, to: { path: '^src/cli/' } },
    {
      name: 'commands-are-loaded-when-asked-for',
      comment: 'else `framewatch --version` waits for the libraries of all of them',
      severity: 'error',
      from: { path: '^src/cli/(command-line|(models|events)-command)\\.ts$' },
      to: {
        path: '^src/',
        pathNot: '^src/(util/(clock|errors)|engine/picture-fit|cli/(argument-types|exit-code|(models|events)-command|package|since))\\.ts$',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    { name: 'src-does-not-import-tests', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|bench)/' } },
    {
      name: 'only-the-browser-in-dashboard',
      severity: 'error',
      from: { path: '^src/dashboard/' },
      to: { path: '^src/(?!dashboard/)|^node_modules/(?!@cycjimmy/jsmpeg-player/)|^node:' },
    },
    {
      name: 'no-dev-packages-in-src',
      severity: 'error',
      // What the browser gets is bundled when it is built.
      from: { path: '^src/', pathNot: '^src/dashboard/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    ...downstream,
    ...typesOnly,
    ...vendors,
  ],
  required: [
    {
      name: 'each-test-imports-its-twin',
      comment: 'the test of src/a/b.ts is test/a/b.test.ts',
      severity: 'error',
      // Those of the second list reach their twin through the stage's entry: a whole file's text, or a started process.
      module: {
        path: '^test/(config|stream|batching|engine|events|store|sinks|live|http|telemetry|util|cli|demo|classify|bench|feed-check|dashboard)/(.+)\\.test\\.ts$',
        pathNot:
          '^test/(config/(cameras|not-yet|parse|password|rules)|engine/process/engine-main|bench/pipe-camera-main|util/child-registry)\\.test\\.ts$',
      },
      to: { path: '^src/$1/$2\\.ts$' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
