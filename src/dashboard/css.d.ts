// The bundler takes style sheets out of the modules that import them and links them from the page.
declare module '*.css';
