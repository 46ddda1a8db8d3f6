import { Ajv, type ErrorObject } from 'ajv';
import { DEVICE_CLASSES } from '../../src/config/device-classes.ts';

// What Home Assistant takes as a device discovery payload, written from its documentation:
// https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload (device, origin, components, shared options, removal of a component),
// https://www.home-assistant.io/integrations/sensor.mqtt/, …/binary_sensor.mqtt/, …/event.mqtt/, …/image.mqtt/, …/switch.mqtt/ (options of each platform),
// https://www.home-assistant.io/integrations/sensor/#device-class and …/binary_sensor/#device-class.
// Stricter than Home Assistant in one thing: it ignores options that it does not know, and here they are faults.

const text = { type: 'string', minLength: 1 };
const template = { type: 'string', pattern: '\\{[{%]' };
const icon = { type: 'string', pattern: '^mdi:[a-z0-9-]+$' };
const count = { type: 'integer', minimum: 0 };
const flag = { type: 'boolean' };
const qos = { enum: [0, 1, 2] };
/** Of messages: no wildcard. Home Assistant could subscribe with one, which we never want. */
const topic = { type: 'string', pattern: '^[^+#\\u0000]+$', maxLength: 65_535 };

const availability = {
  type: 'array',
  minItems: 1,
  items: {
    type: 'object',
    required: ['topic'],
    properties: { topic, payload_available: text, payload_not_available: text, value_template: template },
    additionalProperties: false,
  },
};

function component(platform: string, required: readonly string[], properties: object, more: object = {}): object {
  return {
    type: 'object',
    required: ['platform', 'unique_id', ...required],
    properties: {
      platform: { const: platform },
      unique_id: text,
      name: { type: ['string', 'null'], minLength: 1 },
      default_entity_id: { type: 'string', pattern: `^${platform}\\.(?!.*__)(?!_)[a-z0-9_]+(?<!_)$` },
      icon,
      availability,
      availability_mode: { enum: ['all', 'any', 'latest'] },
      enabled_by_default: flag,
      entity_category: { enum: platform === 'switch' ? ['config', 'diagnostic'] : ['diagnostic'] },
      encoding: { type: 'string' },
      json_attributes_topic: topic,
      json_attributes_template: template,
      qos,
      ...properties,
    },
    additionalProperties: false,
    ...more,
  };
}

const SENSOR_CLASSES = [
  ...[
    'date',
    'enum',
    'timestamp',
    'absolute_humidity',
    'apparent_power',
    'aqi',
    'area',
    'atmospheric_pressure',
    'battery',
    'blood_glucose_concentration',
  ],
  ...['carbon_dioxide', 'carbon_monoxide', 'conductivity', 'current', 'data_rate', 'data_size', 'distance', 'duration', 'energy', 'energy_distance'],
  ...['energy_storage', 'frequency', 'gas', 'humidity', 'illuminance', 'irradiance', 'moisture', 'monetary', 'nitrogen_dioxide', 'nitrogen_monoxide'],
  ...['nitrous_oxide', 'ozone', 'ph', 'pm1', 'pm10', 'pm25', 'power_factor', 'power', 'precipitation', 'precipitation_intensity', 'pressure'],
  ...[
    'reactive_energy',
    'reactive_power',
    'signal_strength',
    'sound_pressure',
    'speed',
    'sulphur_dioxide',
    'temperature',
    'volatile_organic_compounds',
  ],
  ...[
    'volatile_organic_compounds_parts',
    'voltage',
    'volume',
    'volume_flow_rate',
    'volume_storage',
    'water',
    'weight',
    'wind_direction',
    'wind_speed',
  ],
];

const COMPONENTS = {
  sensor: component(
    'sensor',
    ['state_topic'],
    {
      state_topic: topic,
      value_template: template,
      unit_of_measurement: text,
      state_class: { enum: ['measurement', 'measurement_angle', 'total', 'total_increasing'] },
      device_class: { enum: SENSOR_CLASSES },
      expire_after: count,
      force_update: flag,
      suggested_display_precision: count,
      options: { type: 'array', items: text, minItems: 1 },
      last_reset_value_template: template,
    },
    {
      allOf: [
        {
          if: { required: ['device_class'], properties: { device_class: { const: 'duration' } } },
          // biome-ignore lint/suspicious/noThenProperty: JSON Schema's word.
          then: { required: ['unit_of_measurement'], properties: { unit_of_measurement: { enum: ['d', 'h', 'min', 's', 'ms', 'μs'] } } },
        },
      ],
    },
  ),
  binary_sensor: component('binary_sensor', ['state_topic'], {
    state_topic: topic,
    value_template: template,
    device_class: { enum: DEVICE_CLASSES },
    expire_after: count,
    force_update: flag,
    off_delay: count,
    payload_on: text,
    payload_off: text,
  }),
  event: component('event', ['state_topic', 'event_types'], {
    state_topic: topic,
    value_template: template,
    event_types: { type: 'array', items: text, minItems: 1, uniqueItems: true },
    device_class: { enum: ['button', 'doorbell', 'motion'] },
  }),
  image: component(
    'image',
    [],
    { image_topic: topic, url_topic: topic, content_type: text, image_encoding: { const: 'b64' }, url_template: template },
    { oneOf: [{ required: ['image_topic'] }, { required: ['url_topic'], not: { required: ['content_type'] } }] },
  ),
  switch: component('switch', ['command_topic'], {
    command_topic: topic,
    command_template: template,
    state_topic: topic,
    value_template: template,
    device_class: { enum: ['outlet', 'switch'] },
    payload_on: text,
    payload_off: text,
    state_on: text,
    state_off: text,
    optimistic: flag,
    retain: flag,
  }),
} as const;

const REMOVED = {
  type: 'object',
  required: ['platform'],
  properties: { platform: { enum: Object.keys(COMPONENTS) } },
  additionalProperties: false,
};

const DEVICE_DISCOVERY = {
  type: 'object',
  required: ['device', 'origin', 'components'],
  properties: {
    device: {
      type: 'object',
      properties: {
        identifiers: { type: 'array', items: text, minItems: 1 },
        connections: { type: 'array', items: { type: 'array', items: text, minItems: 2, maxItems: 2 }, minItems: 1 },
        ...Object.fromEntries(
          ['name', 'manufacturer', 'model', 'model_id', 'hw_version', 'sw_version', 'serial_number', 'suggested_area'].map((key) => [key, text]),
        ),
        via_device: text,
        configuration_url: { type: 'string', pattern: '^(https?|homeassistant)://' },
      },
      anyOf: [{ required: ['identifiers'] }, { required: ['connections'] }],
      additionalProperties: false,
    },
    origin: {
      type: 'object',
      required: ['name'],
      properties: { name: text, sw_version: text, support_url: { type: 'string', pattern: '^https?://' } },
      additionalProperties: false,
    },
    components: { type: 'object', minProperties: 1, additionalProperties: { anyOf: [REMOVED, ...Object.values(COMPONENTS)] } },
    availability,
    availability_mode: { enum: ['all', 'any', 'latest'] },
    state_topic: topic,
    command_topic: topic,
    qos,
    encoding: { type: 'string' },
  },
  additionalProperties: false,
};

const validate = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false }).compile(DEVICE_DISCOVERY);

/** What Home Assistant would not take in a payload, as it stands in JSON; empty: nothing. */
export function discoveryFaults(payload: unknown): readonly string[] {
  const plain: unknown = JSON.parse(JSON.stringify(payload));
  if (validate(plain)) return uniqueIdFaults(plain);
  return (validate.errors ?? []).map(({ instancePath, message = '', params }: ErrorObject) => `${instancePath} ${message} ${JSON.stringify(params)}`);
}

/** Entities of one platform with one `unique_id`: the second is refused. */
function uniqueIdFaults(payload: unknown): readonly string[] {
  const { components } = payload as { components: Record<string, { platform: string; unique_id?: string }> };
  const ids = Object.values(components).flatMap(({ platform, unique_id: id }) => (id === undefined ? [] : [`${platform} ${id}`]));
  return ids.filter((id, index) => ids.indexOf(id) < index).map((id) => `${id} is there twice`);
}
