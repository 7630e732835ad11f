/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-random.h>

#include <sleef.h>

/*
 * Elementary functions whose bits do not depend on the machine.
 *
 * The C library chooses between variants with and without FMA when it is loaded, and they round differently in a few
 * hundred of a million calls. SLEEF's `cinz` scalar functions are plain IEEE arithmetic, compiled with contraction off,
 * within 1 ulp, and `purec` says that no instruction set is chosen behind our back.
 */

double
foliot_math_exp (double x)
{
  return Sleef_cinz_expd1_u10purec (x);
}

double
foliot_math_log (double x)
{
  return Sleef_cinz_logd1_u10purec (x);
}

double
foliot_math_pow (double x, double y)
{
  return Sleef_cinz_powd1_u10purec (x, y);
}

double
foliot_math_sin (double x)
{
  return Sleef_cinz_sind1_u10purec (x);
}

double
foliot_math_cos (double x)
{
  return Sleef_cinz_cosd1_u10purec (x);
}

double
foliot_math_tan (double x)
{
  return Sleef_cinz_tand1_u10purec (x);
}
