import { expect, it } from 'vitest';
import { engineEnvironment } from '../../../src/engine/process/engine-environment.ts';

it('passes on what native libraries need', () => {
  const needed = {
    PATH: '/usr/bin',
    LD_LIBRARY_PATH: '/usr/local/cuda/lib64',
    HOME: '/var/lib/framewatch',
    TZ: 'Europe/Vienna',
    CUDA_VISIBLE_DEVICES: '1',
    NVIDIA_VISIBLE_DEVICES: 'all',
    VK_DRIVER_FILES: '/etc/vulkan/icd.d/nvidia_icd.json',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    OMP_NUM_THREADS: '2',
  };
  expect(engineEnvironment(needed)).toEqual(needed);
});

it('keeps everything else back: passwords, what speaks for the daemon, what changes how Node runs', () => {
  const kept = {
    MQTT_PASSWORD: 'a',
    FRONT_DOOR_PASSWORD: 'b',
    FRAMEWATCH_CONFIG: '/etc/c.yaml',
    NOTIFY_SOCKET: '/run/x',
    WATCHDOG_USEC: '1',
    NODE_OPTIONS: '--require ./x.js',
    LD_PRELOAD: '/x.so',
    TF_VAR_password: 'd',
    TF_TOKEN_app_terraform_io: 'e',
    PATHS: 'f',
    UNSET: undefined,
  };
  expect(engineEnvironment(kept)).toEqual({});
});
