/* Stands in for NVIDIA's libnvidia-ml.so.1 where there is no GPU: one GPU with known answers, which
   does not support MIG. Built by the tests that load it. Signatures as in NVIDIA's nvml.h. */
#include <string.h>

typedef struct { unsigned long long total, free, used; } memory_t;
typedef struct { unsigned gpu, memory; } utilization_t;
typedef struct {
  char legacy[16];
  unsigned domain, bus, device, id, subsystem;
  char address[32];
} pci_t;

static int device_object;
static int initialised;

static int text(char* out, unsigned size, const char* value) {
  if (size <= strlen(value)) return 7; /* NVML_ERROR_INSUFFICIENT_SIZE */
  strcpy(out, value);
  return 0;
}
static int number(void* device, unsigned* out, unsigned value) {
  if (!initialised) return 1; /* NVML_ERROR_UNINITIALIZED */
  if (device != &device_object) return 2; /* NVML_ERROR_INVALID_ARGUMENT */
  *out = value;
  return 0;
}

int nvmlInit_v2(void) { initialised = 1; return 0; }
int nvmlShutdown(void) { initialised = 0; return 0; }
const char* nvmlErrorString(int code) {
  return code == 3 ? "Not Supported" : code == 2 ? "Invalid Argument" : "Another Error";
}
int nvmlSystemGetDriverVersion(char* out, unsigned size) { return text(out, size, "550.54.15"); }
int nvmlSystemGetCudaDriverVersion_v2(int* out) { *out = 12040; return 0; }
int nvmlDeviceGetCount_v2(unsigned* out) { *out = 1; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** out) {
  if (index != 0) return 2;
  *out = &device_object;
  return 0;
}
int nvmlDeviceGetName(void* d, char* out, unsigned n) { (void)d; return text(out, n, "NVIDIA H200"); }
int nvmlDeviceGetVbiosVersion(void* d, char* out, unsigned n) { (void)d; return text(out, n, "96.00.74"); }
int nvmlDeviceGetPciInfo_v3(void* d, pci_t* out) {
  (void)d;
  memset(out, 0, sizeof *out);
  strcpy(out->address, "00000000:3B:00.0");
  return 0;
}
int nvmlDeviceGetCudaComputeCapability(void* d, int* major, int* minor) {
  (void)d;
  *major = 9;
  *minor = 0;
  return 0;
}
int nvmlDeviceGetMemoryInfo(void* d, memory_t* out) {
  (void)d;
  out->total = 150000000000ULL;
  out->free = 140000000000ULL;
  out->used = 10000000000ULL;
  return 0;
}
int nvmlDeviceGetCurrPcieLinkGeneration(void* d, unsigned* out) { return number(d, out, 1); }
int nvmlDeviceGetCurrPcieLinkWidth(void* d, unsigned* out) { return number(d, out, 16); }
int nvmlDeviceGetMaxPcieLinkGeneration(void* d, unsigned* out) { return number(d, out, 5); }
int nvmlDeviceGetMaxPcieLinkWidth(void* d, unsigned* out) { return number(d, out, 16); }
int nvmlDeviceGetEccMode(void* d, unsigned* now, unsigned* pending) {
  *pending = 0;
  return number(d, now, 1);
}
int nvmlDeviceGetMigMode(void* d, unsigned* now, unsigned* pending) {
  (void)d;
  (void)now;
  (void)pending;
  return 3; /* NVML_ERROR_NOT_SUPPORTED */
}
int nvmlDeviceGetPersistenceMode(void* d, unsigned* out) { return number(d, out, 0); }
int nvmlDeviceGetEnforcedPowerLimit(void* d, unsigned* out) { return number(d, out, 600500); }
int nvmlDeviceGetPowerManagementDefaultLimit(void* d, unsigned* out) { return number(d, out, 700000); }
int nvmlDeviceGetPowerUsage(void* d, unsigned* out) { return number(d, out, 123250); }
int nvmlDeviceGetTemperature(void* d, int sensor, unsigned* out) {
  return sensor == 0 ? number(d, out, 41) : 2;
}
int nvmlDeviceGetClockInfo(void* d, int type, unsigned* out) {
  return number(d, out, type == 1 ? 1200 : type == 2 ? 3201 : 0);
}
int nvmlDeviceGetMaxClockInfo(void* d, int type, unsigned* out) {
  return number(d, out, type == 1 ? 1980 : type == 2 ? 3201 : 0);
}
int nvmlDeviceGetUtilizationRates(void* d, utilization_t* out) {
  (void)d;
  out->gpu = 75;
  out->memory = 30;
  return 0;
}
/* nvmlDeviceGetCurrentClocksThrottleReasons is left out on purpose: a driver without it. */
